"""Addresses of clues and of proposed changes."""

from django.urls import path

from doudi.web.clues import changes, views

urlpatterns = [
    path("clues/", views.clues, name="clues"),
    path("clues/new/", views.clue_new, name="clue-new"),
    path("clues/<int:pk>/", views.clue, name="clue"),
    path("clues/<int:pk>/take/", views.take, name="clue-take"),
    path("clues/<int:pk>/answer/", views.answer, name="clue-answer"),
    path("clues/<int:pk>/withdraw/", views.withdraw, name="clue-withdraw"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:pk>/", changes.change, name="change"),
]
