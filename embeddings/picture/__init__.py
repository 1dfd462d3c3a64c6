"""The picture of a story: what it shows (`chart`), its drawing (`drawing`), and the process that draws (`worker`)."""
