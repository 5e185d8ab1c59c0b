"""The same flows in Slack's other forms: as Markdown, as mrkdwn, and as words alone."""

from bot.rendering.commonmark import markdown
from bot.rendering.mrkdwn import mrkdwn
from bot.rendering.plain import plain

__all__ = ["markdown", "mrkdwn", "plain"]
