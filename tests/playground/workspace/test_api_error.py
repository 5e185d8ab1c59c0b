"""The error that Slack answers with."""

from bot.playground.workspace.api_error import ApiError


def test_an_error_has_its_code_and_its_further_fields():
    error = ApiError("missing_scope", needed="chat:write")

    assert (str(error), error.code, error.extra) == (
        "missing_scope",
        "missing_scope",
        {"needed": "chat:write"},
    )
