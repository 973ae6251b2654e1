"""Joins all rooms: the main window, its menus and docks, help and licences."""
