"""The embeddable widget: one script that puts a launcher and a chat panel into any page, and a portal to show it."""
