"""The demo town at any size: `openhall demo --responses N --requests N` (`loading`), or its answers as a file
(`sheets_file`). `drawn_answers` knows no Django."""
