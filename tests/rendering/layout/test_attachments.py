"""Files beside the parts: their names, what points to them, and what is in them."""

import pytest

from bot.core.sliced import result_of
from bot.rendering.flow import Code, Paragraph, Table
from bot.rendering.layout.attachments import ROWS, attachment, pointer, write_file
from bot.rendering.layout.frame import File
from bot.text.runs import CODE, Run

TABLE = Table((((Run("a"),), (Run("b"),)),))


@pytest.mark.parametrize(
    ("language", "name", "kind"),
    [
        ("python", "code-1.py", "python"),
        ("TypeScript", "code-1.ts", "typescript"),
        ("c++", "code-1.cpp", "cpp"),
        ("", "code-1.txt", "text"),
        ("../etc", "code-1.txt", "text"),
    ],
)
def test_code_is_named_by_its_language(language, name, kind):
    made = attachment(Code("x", language), 3, [])

    assert (made.name, made.kind, made.index) == (name, kind, 3)


def test_a_table_is_a_file_of_values():
    made = attachment(TABLE, 0, [])

    assert result_of(write_file(made, TABLE)) == File("table-1.csv", "csv", "a,b\r\n")


def test_each_kind_is_numbered_on_its_own():
    code = attachment(Code("x"), 0, [])
    table = attachment(TABLE, 1, [code])

    assert attachment(Code("y"), 2, [code, table]).number == 2
    assert table.number == 1


def test_the_pointer_stands_where_the_code_does():
    code = Code("x", "sh", quote=1, depth=2)

    assert pointer(attachment(code, 0, []), code) == Paragraph(
        (Run("📎 "), Run("code-1.sh", CODE)), quote=1, depth=2
    )


def test_a_large_file_is_written_in_slices():
    made, row = attachment(TABLE, 0, []), TABLE.rows[0]
    rows = (row,) * (5 * ROWS + 1)
    slices = write_file(made, Table(rows))

    assert sum(1 for _ in slices) == 6
    assert result_of(write_file(made, Table(rows))).content == "a,b\r\n" * len(rows)
