/// The tags of a git repository, by git's smart HTTP protocol: one request, no API and no quota.
///
/// Asks by protocol version 2 (gitprotocol-v2, `ls-refs`), and a server that does not understand it for all that it
/// advertises by version 0. There are no dates; the object that a tag stands for is the identity of the release.
package struct GitTags: WebSource {
    package static let key = "git"
    package static let summary = "The tags of a git repository: its URL (https)."

    /// As written, without slashes at the end.
    package let url: String

    package init?(reading value: ConfigValue) {
        guard let url = value.text(.gitURL) else { return nil }
        if WebAddress(url)?.isExposed == true { value.adviseOnPlainHTTP() }
        self.url = url.withoutTrailingSlashes
    }

    package var name: String { url }
    package var account: String? { Self.account(url) }
    package var features: Set<SourceFeature> { [.versions, .objects] }
    package var webURL: String? { url.hasSuffix(".git") ? String(url.dropLast(4)) : url }
    package func server(_ values: SecretValues) -> String { url }

    /// Tags of one repository that are read at most.
    package static let tagLimit = 200_000

    package func firstRequest(isSweep: Bool, _ values: SecretValues) -> SourceRequest {
        SourceRequest(
            url + "/git-upload-pack",
            headers: [
                SourceHeader("Git-Protocol", "version=2"),
                SourceHeader("Content-Type", "application/x-git-upload-pack-request"),
                SourceHeader("Accept", "application/x-git-upload-pack-result"),
            ],
            body: PktLines.request([
                "command=ls-refs", "agent=watcher/" + ProgramVersion.text, nil, "ref-prefix refs/tags/",
            ]))
    }

    /// What every server understands.
    private var advertisement: SourceRequest { SourceRequest(url + "/info/refs?service=git-upload-pack") }

    private static let hint = "is it the address that git clone takes, and may anybody read the repository?"

    package func page(_ response: SourceResponse, to request: SourceRequest) throws(RequestFailure) -> SourcePage {
        let isFirst = request.body != nil
        if isFirst, [400, 403, 404, 405, 406, 415, 500, 501].contains(response.status) {
            return .instead(advertisement)
        }
        try response.accepted(hint: Self.hint)
        do throws(Refs.Failure) {
            return SourcePage(try Refs(response.body, isAdvertisement: !isFirst).releases(of: self))
        } catch {
            switch error {
            case .tooMany: throw .permanent("\(name) has more than \(Self.tagLimit) tags", hint: nil)
            case .said(let words) where !isFirst: throw .permanent("\(response.server) says: \(words)", hint: Self.hint)
            case .malformed where !isFirst, .incomplete:
                throw response.malformed("it is not git's, or cut off")
            case .said, .malformed: return .instead(advertisement)
            }
        }
    }

    /// The references in a response.
    private struct Refs {
        private var tags: [(name: String, object: String)] = []

        enum Failure: Error {
            case malformed
            /// The end that every response has is missing.
            case incomplete
            case tooMany
            /// An error in the server's own words.
            case said(String)
        }

        init(_ body: [UInt8], isAdvertisement: Bool) throws(Failure) {
            var lines = PktLines(body)
            var flushes = 0
            var count = 0
            do throws(PktLines.Malformed) {
                while let line = try lines.next() {
                    switch line {
                    case .flush: flushes += 1
                    case .delimiter: break
                    case .data(let bytes):
                        count += 1
                        read(bytes)
                    }
                }
            } catch {
                // What is cut off began as git's.
                throw count > 0 ? .incomplete : .malformed
            }
            if let refusal { throw .said(refusal) }
            if tags.count > GitTags.tagLimit { throw .tooMany }
            guard isAdvertisement ? flushes >= 1 && count >= 1 : flushes == 1 else {
                throw count > 0 ? .incomplete : .malformed
            }
        }

        private var refusal: String?

        private mutating func read(_ line: ArraySlice<UInt8>) {
            if line.starts(with: "ERR ".utf8) {
                refusal = String(decoding: line.dropFirst(4), as: UTF8.self).cleanedLine(limit: 300)
                return
            }
            // `OBJECT refs/tags/NAME`, then the server's capabilities after a zero byte, or attributes after a blank.
            guard let blank = line.firstIndex(of: 0x20) else { return }
            let object = line[..<blank]
            guard [40, 64].contains(object.count), object.allSatisfy(Self.isHex) else { return }
            let name = line[line.index(after: blank)...].prefix { $0 != 0 && $0 != 0x20 }
            guard name.starts(with: Self.prefix), !name.elementsEqual(Self.prefix) else { return }
            let tag = name.dropFirst(Self.prefix.count)
            // The object behind an annotated tag, which version 0 lists apart.
            if tag.suffix(3).elementsEqual("^{}".utf8) { return }
            tags.append((String(decoding: tag, as: UTF8.self), String(decoding: object, as: UTF8.self)))
        }

        private static let prefix = Array("refs/tags/".utf8)

        private static func isHex(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
        }

        func releases(of source: GitTags) -> [Release] {
            tags.map { Release(id: SourceID(tag: $0.name, object: $0.object), tag: $0.name) }.sortedByVersion
        }
    }
}

extension TextRule {
    static let gitURL = TextRule(
        expected: "the URL of a git repository with https://, without \"?\", \"#\", user or password",
        pattern: server.pattern, maximumLength: server.maximumLength, accepts: { server.accepts($0) },
        suggest: { text in
            // `git@HOST:PATH` and `git://HOST/PATH`.
            let path = text.hasPrefix("git@") ? text.dropFirst(4).split(separator: ":", maxSplits: 1) : []
            let meant =
                path.count == 2
                ? "https://\(path[0])/\(path[1])" : text.hasPrefix("git://") ? "https" + text.dropFirst(3) : nil
            return meant.flatMap { server.accepts($0) ? $0 : nil }
        })
}
