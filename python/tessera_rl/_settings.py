"""What estimators of this package have in common: settings by name, in the habits of scikit-learn."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

from .errors import OptionError

_Own = TypeVar("_Own", bound="Settings")


class Settings:
    """An estimator whose settings are the arguments of its `__init__`, kept under the same names."""

    @classmethod
    def _parameters(cls) -> dict[str, Any]:
        """The settings by name, with their defaults."""
        parameters = inspect.signature(cls.__init__).parameters
        return {name: parameter.default for name, parameter in parameters.items() if name != "self"}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings by name."""
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self: _Own, **parameters: Any) -> _Own:
        """Changes settings.

        Raises:
            OptionError: for a name that is none.
        """
        known = self._parameters()
        for name, value in parameters.items():
            if name not in known:
                raise OptionError(f"{name} is no setting; expected some of {', '.join(known)}")
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks of an estimator; called by scikit-learn alone, which is not needed otherwise."""
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=None,
            classifier_tags=None,
            regressor_tags=None,
            input_tags=InputTags(sparse=False),
        )

    def __repr__(self) -> str:
        def given(value: Any, default: Any) -> bool:
            # Of one type before they are compared: arrays compare by their elements.
            return value is not default and (type(value) is not type(default) or bool(value != default))

        defaults = self._parameters()
        shown = (f"{name}={value!r}" for name, value in self.get_params().items() if given(value, defaults[name]))
        return f"{type(self).__name__}({', '.join(shown)})"
