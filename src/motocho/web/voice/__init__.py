"""The voice face: the push-phone service as a webhook that telephony providers call [音声]."""

from motocho.web.voice import signature

__all__ = ["signature"]
