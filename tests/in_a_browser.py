"""A page in a real browser, from a file, without a network, and all that it asked for and complained of."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIETLY = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Visit:
    """A page that is open for as long as the block: it must ask for nothing and complain of nothing."""

    def __init__(self, browser, file, link="", width=1280, script="", **more):
        self.context = browser.new_context(viewport={"width": width, "height": 800}, offline=True, **more)
        if script:
            self.context.add_init_script(script)
        self.page, self.file, self.said, self.asked = self.context.new_page(), file, [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.open(link)

    def open(self, link):
        self.page.goto(self.file.as_uri() + link)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        beyond = [url for url in self.asked if not url.startswith((self.file.as_uri(), "blob:"))]
        self.context.close()
        if kind is None:
            assert not beyond and not self.said, (beyond, self.said)
