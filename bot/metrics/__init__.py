"""What a running bot measures of itself, and whether it is ready to work."""

from bot.metrics.figures import Figures
from bot.metrics.measured_budget import MeasuredBudget
from bot.metrics.measured_model import MeasuredModel
from bot.metrics.measured_sink import MeasuredSink
from bot.metrics.readiness import Readiness

__all__ = ["Figures", "MeasuredBudget", "MeasuredModel", "MeasuredSink", "Readiness"]
