import json

import pytest

from bot.doctor.finding import Finding
from bot.doctor.report import Report, failed
from bot.program_name import program_name

OK = Finding.ok("fine")
SLIP = Finding.warning("two lines\nof findings", "Correct it.")
FAILED = Finding.failed("broken", "Mend it.")


def written(capsys, findings, **how):
    report = Report(**how)
    for name, finding in findings.items():
        report.wait(name)
        report.tell(name, finding)
    report.end(findings)
    return capsys.readouterr()


def test_a_finding_has_its_lines_below_each_other(capsys):
    lines = written(capsys, {"settings": SLIP, "database": FAILED}).out.splitlines()

    columns = [len(line) - len(line[2:].lstrip()) for line in lines[1:3]]
    assert lines[0].split() == ["!", "settings", "two", "lines"]
    assert lines[0].index("two") == lines[1].index("of") == lines[2].index("→")
    assert columns[0] == columns[1]


@pytest.mark.parametrize(
    ("findings", "next_one"),
    [
        ({"settings": OK, "database": OK}, f"Next: Start the bot: {program_name()} run"),
        ({"settings": OK, "database": FAILED}, "Next (database): Mend it."),
        ({"settings": SLIP, "database": OK}, "Next (settings): Correct it."),
        ({"settings": SLIP, "database": FAILED}, "Next (database): Mend it."),
    ],
)
def test_there_is_one_thing_to_do_next(findings, next_one, capsys):
    assert written(capsys, findings).out.splitlines()[-2:] == ["", next_one]


def test_a_terminal_shows_what_is_waited_for(capsys):
    out, err = written(capsys, {"settings": OK}, on_terminal=True)

    assert err == "… settings\r"  # and what a pipe does not get: the code that empties the line
    assert "settings" in out
    assert written(capsys, {"settings": OK}).err == ""


def test_programs_get_all_at_once(capsys):
    findings = {"settings": OK, "database": FAILED}
    report = Report(for_people=False)
    for name, finding in findings.items():
        report.tell(name, finding)
    assert capsys.readouterr().out == ""
    report.end(findings)

    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["next"]) == (False, "Mend it.")
    assert [each["id"] for each in told["findings"]] == ["settings", "database"]
    assert failed(findings) == ["database"]
