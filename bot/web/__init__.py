"""The web faces: the API under `/v1`, its event stream, and the app that carries them and the chat page."""
