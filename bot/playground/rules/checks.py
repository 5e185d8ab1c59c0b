"""Checks of single values in a block. Each raises `invalid_blocks` with the place of the error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection

Block = dict[str, Any]

PLAIN = ("plain_text",)
EITHER = ("plain_text", "mrkdwn")


def invalid(reason: str, at: str) -> ApiError:
    """The error for a value. `at` is its JSON pointer, such as `/blocks/0/text`."""
    messages = [f"[ERROR] {reason} [json-pointer:{at}]"]
    return ApiError(
        "invalid_blocks",
        errors=[f"{reason} [json-pointer:{at}]"],
        response_metadata={"messages": messages},
    )


def bounded(value: Any, maximum: int, at: str) -> None:
    """Text of at most `maximum` characters, or None."""
    if value is not None and (not isinstance(value, str) or len(value) > maximum):
        raise invalid(f"must be less than {maximum + 1} characters", at)


def filled(value: Any, maximum: int, at: str) -> None:
    """Text of 1 to `maximum` characters."""
    if not isinstance(value, str) or not value:
        raise invalid("must be more than 0 characters", at)
    bounded(value, maximum, at)


def whole(value: Any, maximum: int, at: str) -> None:
    """A whole number from 0 to `maximum`, or None."""
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= maximum:
        raise invalid(f"must be a number between 0 and {maximum}", at)


def chosen(value: Any, choices: Collection[Any], at: str) -> None:
    if not isinstance(value, str | None) or value not in choices:
        raise invalid(f"unsupported value: {value}", at)


def text_object(value: Any, maximum: int, at: str, kinds: tuple[str, ...]) -> None:
    """A text object of one of these types, with 1 to `maximum` characters."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        raise invalid("missing or unsupported text object", at)
    filled(value.get("text"), maximum, f"{at}/text")


def elements(block: Block, maximum: int, at: str) -> list[Any]:
    """The block's elements: 1 to `maximum`."""
    listed = block.get("elements")
    if not isinstance(listed, list) or not listed:
        raise invalid("must provide at least one element", f"{at}/elements")
    if len(listed) > maximum:
        raise invalid(f"no more than {maximum} items allowed", f"{at}/elements")
    return listed


def kind(value: Any, kinds: Collection[str], at: str) -> str:
    """The type of the object, which must be one of these."""
    found = value.get("type") if isinstance(value, dict) else None
    if not isinstance(found, str) or found not in kinds:
        raise invalid(f"unsupported type: {found}", f"{at}/type")
    return found
