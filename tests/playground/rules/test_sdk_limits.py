"""Our limits on blocks are those of slack_sdk: every `…_max_length` of its Block Kit classes."""

import inspect

import pytest
from slack_sdk.models import blocks as sdk_blocks
from slack_sdk.models import views as sdk_views
from slack_sdk.models.blocks import basic_components, block_elements
from slack_sdk.models.blocks import blocks as block_classes

from bot.playground.rules.block_rules import check_blocks
from bot.playground.workspace.api_error import ApiError

SUFFIX = "_max_length"


def sdk_limits():
    """Class and attribute, as in `HeaderBlock.text`, and the number."""
    modules = (sdk_blocks, basic_components, block_elements, block_classes, sdk_views)
    classes = {
        each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)
    }
    return {
        f"{each.__name__}.{name.removesuffix(SUFFIX)}": value
        for each in classes
        for name, value in vars(each).items()
        if name.endswith(SUFFIX) and isinstance(value, int)
    }


LIMITS = sdk_limits()


def plain(length):
    return {"type": "plain_text", "text": "x" * length}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def button(**fields):
    return {"type": "button", "action_id": "a", "text": plain(1)} | fields


def image(**fields):
    return {"type": "image", "image_url": "https://a.example", "alt_text": "x"} | fields


def address(length):
    return "https://a.example/".ljust(length, "x")


def feedback(**fields):
    thumb = {"text": plain(1), "value": "v"}
    buttons = {"positive_button": thumb | fields, "negative_button": thumb}
    element = {"type": "feedback_buttons", "action_id": "a"} | buttons
    return {"type": "context_actions", "elements": [element]}


def icons(count):
    icon = {"type": "icon_button", "icon": "trash", "text": plain(1)}
    return {"type": "context_actions", "elements": [icon] * count}


def context(*elements):
    return {"type": "context", "elements": list(elements)}


MODELLED = {
    "ActionsBlock.elements": lambda n: actions(*[button()] * n),
    "Block.block_id": lambda n: {"type": "divider", "block_id": "x" * n},
    "ButtonElement.text": lambda n: actions(button(text=plain(n))),
    "ButtonElement.url": lambda n: actions(button(url=address(n))),
    "ButtonElement.value": lambda n: actions(button(value="x" * n)),
    "ContextActionsBlock.elements": icons,
    "ContextBlock.elements": lambda n: context(*[plain(1)] * n),
    "FeedbackButtonObject.text": lambda n: feedback(text=plain(n)),
    "FeedbackButtonObject.value": lambda n: feedback(value="x" * n),
    "HeaderBlock.text": lambda n: {"type": "header", "text": plain(n)},
    "ImageBlock.alt_text": lambda n: image(alt_text="x" * n),
    "ImageBlock.image_url": lambda n: image(image_url=address(n)),
    "ImageElement.alt_text": lambda n: context(image(alt_text="x" * n)),
    "ImageElement.image_url": lambda n: context(image(image_url=address(n))),
    "InteractiveElement.action_id": lambda n: actions(button(action_id="x" * n)),
    "MarkdownBlock.text": lambda n: {"type": "markdown", "text": "x" * n},
    "SectionBlock.fields": lambda n: {"type": "section", "fields": [plain(1)] * n},
    "SectionBlock.text": lambda n: {"type": "section", "text": plain(n)},
}
"""A block whose field has so many characters or elements."""

NOT_MODELLED = {
    "The playground takes selects and inputs as they are; only the feedback form has some.": {
        "InputBlock.hint",
        "InputBlock.label",
        "InputInteractiveElement.placeholder",
        "Option.label",
        "Option.value",
        "OptionGroup.label",
        "OptionGroup.options",
        "OverflowMenuElement.options",
        "SelectElement.option_groups",
        "SelectElement.options",
        "StaticMultiSelectElement.option_groups",
        "StaticMultiSelectElement.options",
        "StaticSelectElement.option_groups",
        "StaticSelectElement.options",
    },
    "The bot sends none of these blocks and fields.": {
        "AuthProviderBlock.connected_context",
        "AuthProviderBlock.connected_identity",
        "AuthProviderBlock.description",
        "AuthProviderBlock.name",
        "AuthProviderBlock.url",
        "AuthProviderBlock.value",
        "ButtonElement.agent_prompt",
        "CardBlock.body",
        "CardBlock.subtitle",
        "CardBlock.title",
        "CarouselBlock.elements",
        "ConfirmObject.confirm",
        "ConfirmObject.deny",
        "ConfirmObject.text",
        "ConfirmObject.title",
        "ContainerBlock.child_blocks",
        "ContainerBlock.subtitle",
        "ContainerBlock.title",
        "ImageBlock.title",
        "VideoBlock.author_name",
        "VideoBlock.title",
    },
    "The playground checks the size of a view as a whole.": {
        "View.blocks",
        "View.callback_id",
        "View.close",
        "View.private_metadata",
        "View.submit",
        "View.title",
    },
}


def test_every_limit_of_the_sdk_is_known_here():
    known = [*MODELLED, *(name for names in NOT_MODELLED.values() for name in names)]

    assert sorted(known) == sorted(LIMITS)


@pytest.mark.parametrize("name", sorted(MODELLED))
def test_our_limit_is_the_sdks(name):
    built = MODELLED[name]

    check_blocks([built(LIMITS[name])])
    with pytest.raises(ApiError):
        check_blocks([built(LIMITS[name] + 1)])
