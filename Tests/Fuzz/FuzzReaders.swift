import FoundationEssentials
import WatcherCore

@testable import GitHubPages

// What the targets do with their bytes, and what must hold whatever these are.

let now = Instant(wall: 1_800_000_000_000, uptime: 1_000_000)

/// One tag, or two with a line break between them: the order of two is one.
func readTags(_ bytes: [UInt8]) {
    let tags = bytes.split(separator: 0x0A, maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
    let clock = ContinuousClock()
    for tag in tags where tag.utf8.count <= Tag.lengthLimit {
        var time = clock.measure { _ = Version(tag) }
        // Not what else the machine does.
        for _ in 0..<9 where time > .milliseconds(1) { time = min(time, clock.measure { _ = Version(tag) }) }
        expect(time <= .milliseconds(1), "\(tag) takes \(time)")
    }
    let versions = tags.compactMap { Version($0) }
    expect(
        tags.allSatisfy { tag in
            tag.utf8.count > Tag.lengthLimit || !tag.utf8.contains { (0x30...0x39).contains($0) } || Version(tag) != nil
        }, "a tag with a number cannot be read")
    for version in versions {
        expect(version == version && !(version < version), "\(version.tag) is not itself")
        _ = (
            version.text, version.major, version.minor, version.scheme, version.majorNumber, LineName.key(version.line)
        )
        _ = (Tag.slug(version.tag), Tag.pathSegment(version.tag), Version(stated: version.text))
    }
    guard let left = versions.first, let right = versions.last else { return }
    let count = (left < right ? 1 : 0) + (right < left ? 1 : 0) + (left == right ? 1 : 0)
    expect(count == 1, "\(left.tag) and \(right.tag) have no one order")
    _ = (left.isComparable(with: right), left.level(from: right), VersionLines([.init(left), .init(right)]).followed)
}

/// The quick reader and the decoder see the same.
func readGitHub(_ bytes: [UInt8]) {
    let quick = try? ReleasePage.list(bytes)
    expect(quick == (try? ReleasePage.list(bytes, isSkimmed: false)), "two readings of one list")
    if let quick { take(quick, configuration(#""github": "o/r""#)) }
}

/// A source over HTTP: its releases, its identity, and its words for an error.
func source(_ name: String, _ settings: String, _ seeds: [String]) -> FuzzTarget {
    let upstream = configuration(settings)
    guard let source = upstream.source.base as? any WebSource else { preconditionFailure(name) }
    let values = SecretValues(of: source.secrets) { (secret: Secret) throws(Never) -> String in
        if case .literal(let text) = secret { text } else { "" }
    }
    let first = source.firstRequest(isSweep: true, values)
    // Git's older protocol is asked for without a body.
    let requests = first.body == nil ? [first] : [first, SourceRequest(first.url)]
    return FuzzTarget(name, seeds: seeds) { bytes in
        for status in [200, 404, 429] {
            let response = SourceResponse(
                status: status, body: bytes, server: "server", summary: "bytes", retryAfter: nil,
                fields: { $0 == "link" ? [String(decoding: bytes, as: UTF8.self)] : [] })
            for request in requests {
                if let page = try? source.page(response, to: request) { take(page.releases, upstream) }
            }
            _ = try? source.identity(response)
        }
    }
}

/// Takes releases in, as a first check and as a second one: what is accepted is safe to use.
private func take(_ releases: [Release], _ upstream: Config.Upstream) {
    var state = UpstreamState()
    let half = ReleaseList(releases: Array(releases.prefix(releases.count / 2)), isComplete: true, isSweep: true)
    _ = state.merge(half, upstream, at: now)
    let diff = state.merge(ReleaseList(releases: releases, isComplete: true, isSweep: true), upstream, at: now)
    expect(diff.accepted.allSatisfy { Tag.isSafe($0.release.tag) }, "a tag was taken that is not safe")
    var ledger = Ledger()
    ledger.upstreams["app"] = state
    keep(ledger)
}

func readRegistry(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = RegistryChallenge([text])
    if let reference = ImageReference(text) {
        expect(ImageReference(reference.text)?.repository == reference.repository, "\(text) is read in two ways")
    }
    guard let value = try? JSONReader.read(bytes).value else { return }
    _ = (ImageIndex(value), ImageConfiguration(value), DockerLogins(value))
    // What is written is read as the same.
    expect((try? JSONReader.read(value.utf8()).value) == value, "JSON that is not read as it was written")
}

/// The quick reader and the decoder see the same, and what is written is read again.
func readState(_ bytes: [UInt8]) {
    let text = LedgerText(bytes)
    _ = try? text.version
    guard let ledger = try? text.ledger else { return }
    expect((try? JSONDecoder().decode(Ledger.self, from: Data(bytes))) == ledger, "two readings of one state")
    keep(ledger)
}

private func keep(_ ledger: Ledger) {
    guard let written = try? LedgerText.bytes(of: ledger) else { return }
    expect((try? LedgerText(written).ledger) == ledger, "a state that is not read as it was written")
}

/// A configuration that is accepted can be used at once.
func readConfiguration(_ bytes: [UInt8]) {
    guard case .success(let reading) = ConfigReader.read(bytes) else { return }
    var core = Core(reading.config, mode: Core.Mode(repeats: true), ledger: Ledger())
    _ = core.advance(at: now)
}

func readTemplate(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let release = ReleaseReference(tag: "app@1.2.3-rc1", url: "https://e.example", publishedAt: now.floor)
    if let template = try? Template(text, upstreams: ["app"]) {
        _ = (template.sample, template.render(job: "w-1", highest: true, releases: ["app": release]))
    }
    guard let template = try? MessageTemplate(text) else { return }
    for type in MessageType.allCases {
        let message = Message.example(of: type, at: now.floor)
        _ = template.render(message, message.wording)
    }
}

func answerRequest(_ bytes: [UInt8]) {
    guard let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(bytes)) else { return }
    var ledger = Ledger()
    var state = UpstreamState()
    _ = state.merge(
        ReleaseList(releases: [Release(id: 1, tag: "1.0")], isComplete: true, isSweep: true),
        requestConfig.upstreams["app"] ?? Config.Upstream(repository: "o/r"), at: now)
    ledger.upstreams["app"] = state
    var core = Core(requestConfig, mode: Core.Mode(repeats: true), ledger: ledger)
    _ = core.answer(request, at: now)
    let commands = core.advance(at: now)
    for case .run(let action) in commands {
        expect(!"\(action)".contains("$("), "a request brought in what no release could")
    }
    keep(core.ledger)
}

private let requestConfig = read(
    #"{"upstreams": {"app": {"github": "o/r"}}, "#
        + #""actions": {"image": {"upstreams": ["app"], "command": {"argv": ["x", "{{app.tag}}"]}}}}"#)

/// A pattern, then a tag: no pattern takes for ever.
func matchPattern(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0x0A, maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
    guard let pattern = parts.first, TagPattern.objection(to: pattern) == nil else { return }
    guard let compiled = TagPattern(pattern) else { fatalError("\(pattern) compiles, and does not") }
    for tag in [parts.last ?? "", "v1.2.3", String(repeating: "1.0", count: 42)] { _ = compiled.match(tag) }
}

func readTimeZone(_ bytes: [UInt8]) {
    let rules = [TimeZoneRules(file: bytes), TimeZoneRules(posix: String(decoding: bytes, as: UTF8.self))]
    for rules in rules.compactMap({ $0 }) {
        // The years 1 and 9999 are what a `Timestamp` can be.
        for time in [Int64(-62_135_596_800), -1, 0, 1_800_000_000, 253_402_300_799] { _ = rules.offset(at: time) }
    }
}

private func configuration(_ source: String) -> Config.Upstream {
    read(#"{"upstreams": {"app": {\#(source)}}}"#).upstreams["app"] ?? Config.Upstream(repository: "o/r")
}

private func read(_ text: String) -> Config {
    switch ConfigReader.read(Array(text.utf8)) {
    case .success(let reading): return reading.config
    case .failure(let error): preconditionFailure("\(error)")
    }
}
