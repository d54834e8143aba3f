import Curl
import Foundation
import Testing
import WatcherCore
import WatcherService

/// What each service is sent, against the files in `Tests/Fixtures/bodies`.
///
/// After a change that is meant, renew them and read the difference:
/// `WATCHER_RENEW_BODIES=1 swift test --filter NotifiersGoldenTests && git diff Tests/Fixtures/bodies`.
@Suite("Bodies as they are on file")
struct NotifiersGoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/bodies")

    @Test("what a service is sent is what is on file", arguments: NotifiersFixtures.services)
    func golden(name: String) throws {
        let notifier = try NotifiersFixtures.client(name)
        var cases: [JSONValue.Member] = []
        for (label, message) in NotifiersFixtures.plain + NotifiersFixtures.hostile {
            let request = notifier.request(for: message, at: NotifiersFixtures.time)
            cases.append(JSONValue.Member(label, try Self.readable(request)))
        }
        let text = JSONValue.object(cases).text(.pretty)
        let file = Self.folder.appending(path: "\(name).json")
        if ProcessInfo.processInfo.environment["WATCHER_RENEW_BODIES"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let expected = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        #expect(text == expected, "\(file.lastPathComponent) differs; see this suite for how to renew it")
    }

    /// A request as JSON; the body is shown as what it says.
    static func readable(_ request: NotifierClient.Request) throws -> JSONValue {
        switch request {
        case .http(let http): try readable(http)
        case .mail(let mail): readable(mail)
        }
    }

    private static func readable(_ mail: MailRequest) -> JSONValue {
        [
            "method": "MAIL", "url": .string(mail.url), "from": .string(mail.from),
            "recipients": .array(mail.recipients.map { .string($0) }), "body": ReadMail(mail.message ?? []).json,
            "bytes": .string(String(decoding: mail.message ?? [], as: UTF8.self)),
        ]
    }

    private static func readable(_ request: HTTPRequest) throws -> JSONValue {
        let body = try #require(request.body)
        let type = request.headers.first { $0.name == "Content-Type" }?.value ?? ""
        let value = type.hasPrefix("application/json") ? try JSONReader.read(body).value : form(body)
        var members: [JSONValue.Member] = [
            .init("method", .string(request.method.rawValue)), .init("url", .string(request.url)),
            .init("headers", .object(request.headers.map { JSONValue.Member($0.name, .string($0.value)) })),
            .init("body", value),
        ]
        // What is signed is bytes: for others to check.
        if request.headers.contains(where: { $0.name == "webhook-signature" }) {
            members.append(.init("bytes", .string(String(decoding: body, as: UTF8.self))))
        }
        return .object(members)
    }

    private static func form(_ body: [UInt8]) -> JSONValue {
        let pairs = String(decoding: body, as: UTF8.self).split(separator: "&").map {
            $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                String($0).removingPercentEncoding ?? ""
            }
        }
        return .object(pairs.map { JSONValue.Member($0[0], .string($0.count > 1 ? $0[1] : "")) })
    }
}
