"""The operator's commands: `./sinergi manage NAME`."""
