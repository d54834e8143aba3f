import Testing
import WatcherCore

@Suite("Template") struct TemplateTests {
    private static let upstreams = ["elabftw", "s6-overlay"]
    private static let releases = [
        "elabftw": Known.reference("5.6.12"), "s6-overlay": Known.reference("v3.2.3.2"),
    ]

    @Test(
        "renders",
        arguments: [
            ("{{elabftw.tag}}", "5.6.12"), ("{{s6-overlay.version}}", "3.2.3.2"), ("{{ s6-overlay.tag }}", "v3.2.3.2"),
            ("{{elabftw.major}}.{{elabftw.minor}}", "5.6"), ("{{job.id}}/{{job.highest}}", "w-1/true"),
            ("plain", "plain"),
            ("", ""), ("}} {", "}} {"), ("{{elabftw.url}}", "https://example.org/5.6.12"),
            ("{{elabftw.publishedAt}}", "2026-08-03T09:00:00Z"), ("a{{job.id}}b{{job.id}}c", "aw-1bw-1c"),
        ])
    func rendering(text: String, expected: String) throws {
        let template = try Template(text, upstreams: Self.upstreams)
        #expect(template.render(job: "w-1", highest: true, releases: Self.releases) == expected)
    }

    @Test(
        "refuses",
        arguments: [
            ("{{elabftw.tag", Template.Problem.unclosed("{{elabftw.tag")), ("{{}}", .unknownName("")),
            ("{{tag}}", .unknownName("tag")), ("{{job.tag}}", .unknownField(name: "job.tag", upstream: "job")),
            ("{{other.tag}}", .unknownUpstream(name: "other.tag", upstream: "other")),
            ("{{elabftw.name}}", .unknownField(name: "elabftw.name", upstream: "elabftw")),
        ])
    func refusal(text: String, problem: Template.Problem) {
        #expect(throws: problem) { try Template(text, upstreams: Self.upstreams) }
    }
}
