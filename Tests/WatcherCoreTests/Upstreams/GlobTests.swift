import Testing
import WatcherCore

@Suite("Glob") struct GlobTests {
    @Test(
        "matches the whole name",
        arguments: [
            ("a.tar", "a.tar"), ("*.tar", "a.tar"), ("*", ""), ("**", "x"),
            ("s6-overlay-*.tar.xz", "s6-overlay-arm.tar.xz"),
            ("?.tar", "a.tar"), ("a*b*c", "a1b2b3c"), ("*é?", "xéß"), ("a.[b]", "a.[b]"), ("*aab", "aaaab"),
        ])
    func matching(pattern: String, name: String) { #expect(Glob(pattern).matches(name)) }

    @Test(
        "does not match",
        arguments: [
            ("a.tar", "a.tar.xz"), ("a.tar", "xa.tar"), ("?", ""), ("", "a"), ("a.tar", "axtar"), ("*.tar", "a.TAR"),
            ("s6-overlay-arm.tar.xz", "s6-overlay-armhf.tar.xz"), ("[ab]", "a"), ("a?", "a"),
        ])
    func others(pattern: String, name: String) { #expect(!Glob(pattern).matches(name)) }

    @Test("a hostile pattern ends soon")
    func hostile() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(!Glob(pattern).matches(String(repeating: "a", count: 2000)))
    }
}
