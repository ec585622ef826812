"""The scripts and the style sheets of the workbench, as the browser loads them: nothing is built."""
