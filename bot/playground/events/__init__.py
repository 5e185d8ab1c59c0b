"""Events for the app, over Socket Mode or HTTP; and the payloads of clicks, commands and modals."""
