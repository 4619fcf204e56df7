"""Addresses of conferences."""

from django.urls import path

from doudi.web.conferences import tasks, views

urlpatterns = [
    path("conferences/", views.conferences, name="conferences"),
    path("conferences/new/", views.conference_new, name="conference-new"),
    path("conferences/<int:pk>/", views.conference, name="conference"),
    path("conferences/<int:pk>/attendance/", views.attendance, name="conference-attendance"),
    path("conferences/<int:pk>/cases/<int:case>/", views.decide, name="conference-case"),
    path("conferences/<int:pk>/cases/<int:case>/tasks/", views.task_new, name="conference-task"),
    path("conferences/<int:pk>/close/", views.close, name="conference-close"),
    path("conferences/<int:pk>/sign/", views.sign, name="conference-sign"),
    path("conferences/tasks/", tasks.tasks, name="conference-tasks"),
    path("conferences/tasks/<int:pk>/", tasks.task, name="task"),
    path("conferences/tasks/<int:pk>/end/", tasks.end, name="task-end"),
    path("conferences/tasks/<int:pk>/drop/", tasks.drop, name="task-drop"),
]
