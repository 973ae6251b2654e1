"""Joins everything: the main window, its menus, its docks, help and licences."""
