"""Going through pages with nothing but a keyboard."""

MOST_TABS = 120
"""No control of a page may be further away than this."""


class Keyboard:
    """The keys of a page; it has no pointer."""

    def __init__(self, page) -> None:
        self.page = page
        self.keys = page.keyboard

    def go_to(self, control):
        """Press Tab until a control has the focus, and can be seen to have it."""
        control.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if control.evaluate("each => each === document.activeElement"):
                assert self._is_marked(control), (
                    f"the focus cannot be seen on {control}"
                )
                return self
            self.keys.press("Tab")
        raise AssertionError(f"Tab does not lead to {control}")

    @staticmethod
    def _is_marked(control):
        """Whether the focused control, or what stands for it, is drawn with a ring."""
        return control.evaluate("""each => {
            const places = [each, ...(each.labels || []), each.parentElement];
            return places.some((place) => {
                const style = getComputedStyle(place);
                return (style.outlineStyle !== "none" && style.outlineWidth !== "0px")
                    || style.boxShadow !== "none";
            });
        }""")

    def press(self, control):
        """Go to a link or a button and press it."""
        self.go_to(control)
        self.keys.press("Enter")
        return self

    def type(self, control, text):
        """Go to a field and type."""
        self.go_to(control)
        self.keys.type(text)
        return self

    def tick(self, control):
        """Go to a choice and take it."""
        self.go_to(control)
        self.keys.press("Space")
        return self

    def choose_first(self, control):
        """Go to a list and take what stands first in it."""
        self.go_to(control)
        self.keys.press("ArrowDown")
        return self

    def choose_file(self, control, path):
        """Go to where files are chosen; the system's own dialogue is answered."""
        self.go_to(control)
        with self.page.expect_file_chooser() as chooser:
            self.keys.press("Space")
        chooser.value.set_files(path)
        return self
