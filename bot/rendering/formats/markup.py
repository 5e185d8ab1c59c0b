"""The same flows in Slack's other forms: as Markdown, as mrkdwn, and as words alone."""

from bot.rendering.formats.commonmark import markdown
from bot.rendering.formats.mrkdwn import mrkdwn
from bot.rendering.formats.plain import plain

__all__ = ["markdown", "mrkdwn", "plain"]
