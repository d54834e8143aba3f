import Testing
import WatcherCore

@Suite("Tag") struct TagTests {
    @Test(
        "tags of these characters can be taken",
        arguments: ["v1.2.3", "n8n@1.70.1", "@scope/name@1.0", "cmd/builder/v1", "1.0~rc1", "1.0+b_1-2", "1"])
    func safe(tag: String) { #expect(Tag.isSafe(tag)) }

    @Test(
        "tags with anything else, or that git or a shell would read otherwise, cannot",
        arguments: [
            "", "-1", ".1", "/1", "~1", "_1", "1..2", "a//1", "a@{1", "1 2", "1\n", "é1", "$(1)", "1;2", "1#2", "1:2",
            "1%2e", "\u{FF11}",
        ])
    func unsafe(tag: String) { #expect(!Tag.isSafe(tag)) }

    @Test("a tag has at most 128 characters")
    func length() {
        #expect(Tag.isSafe(String(repeating: "1", count: 128)))
        #expect(!Tag.isSafe(String(repeating: "1", count: 129)))
    }

    @Test(
        "a slug has only what an image tag may have",
        arguments: [
            ("v1.2.3", "v1.2.3"), ("n8n@1.70.1", "n8n-1.70.1"), ("@scope/name@1.0", "scope-name-1.0"),
            ("21.0.2+13", "21.0.2-13"), ("cmd/builder/v1~2", "cmd-builder-v1-2"),
        ]) func slug(tag: String, slug: String)
    { #expect(Tag.slug(tag) == slug) }

    @Test("in a URL everything but unreserved characters is percent-encoded")
    func url() { #expect(Tag.pathSegment("@a/b@1.0+2~3") == "%40a%2Fb%401.0%2B2~3") }
}
