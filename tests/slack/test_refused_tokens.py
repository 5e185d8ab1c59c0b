import pytest

from bot.slack.refused_tokens import APP, BOT, app_token_refused, bot_token_refused


@pytest.mark.parametrize("code", [*BOT, "something_new"])
def test_the_bot_token(code):
    assert bot_token_refused(code).startswith(f"SLACK_BOT_TOKEN: Slack does not accept it ({code})")


@pytest.mark.parametrize("code", [*APP, "something_new"])
def test_the_app_token(code):
    line = app_token_refused(code)

    assert line.startswith("SLACK_APP_TOKEN: ")
    assert f" ({code}); " in line


def test_the_same_refusal_has_the_same_remedy_for_both():
    """A token that was mistyped is copied again; one that has ended is replaced."""
    for line in (bot_token_refused, app_token_refused):
        assert "; copy it again" in line("invalid_auth")
        assert "copy it again" not in line("token_revoked")
