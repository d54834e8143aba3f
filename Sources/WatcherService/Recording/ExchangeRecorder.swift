package import Curl
import FoundationEssentials
import Glibc
import Synchronization
import WatcherCore

/// Writes each exchange with a server as a file, for reports of faults: what `--record` asks for.
///
/// What is secret or personal is taken out before anything is written (see `ExchangeText`). A file that cannot be written
/// ends the recording, not the command.
package final class ExchangeRecorder: Sendable {
    /// Files in one recording at most; the rest is not written.
    package static let fileLimit = 10_000
    /// Bytes of one body that are kept; of a longer one only its length is.
    package static let bodyLimit = 8 << 20

    private let folder: String
    private let text: ExchangeText
    private let count = Atomic<Int>(0)

    /// The folder is made, mode 0700, or must be empty.
    package init(folder: String, redactor: Redactor) throws(DurableFile.Failure) {
        self.folder = folder
        text = ExchangeText(redactor)
        if unsafe mkdir(folder, 0o700) != 0 {
            guard errno == EEXIST else { throw DurableFile.Failure(call: "mkdir", path: folder, code: errno) }
            guard (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty == true else {
                throw DurableFile.Failure(call: "mkdir", path: folder, code: ENOTEMPTY)
            }
        }
        try DurableFile.create(folder + "/README.md", with: Array(Self.readme.utf8))
    }

    /// Called on the client's thread or any other, after each exchange.
    package func record(_ request: HTTPRequest, _ result: Result<HTTPResponse, HTTPError>, took: Duration) {
        let number = count.add(1, ordering: .relaxed).newValue
        guard number <= Self.fileLimit else { return }
        let name = String("000000\(number)".suffix(6)) + "-" + request.method.rawValue + ".json"
        let (seconds, attoseconds) = took.components
        var members: [(String, JSONValue?)] = [
            ("time", .string(Clock.now().floor.description)),
            ("milliseconds", .integer(seconds * 1000 + attoseconds / 1_000_000_000_000_000)),
            (
                "request",
                .compact([
                    ("method", .string(request.method.rawValue)), ("url", .string(text.address(request.url))),
                    ("headers", text.headers(request.headers, kept: ExchangeText.requestHeaders)),
                    ("body", body(request.body ?? [])),
                ])
            ),
        ]
        switch result {
        case .success(let response):
            members.append(
                (
                    "answer",
                    .compact([
                        ("status", .integer(response.status)), ("version", .string(response.version)),
                        ("headers", text.headers(response.headers.fields, kept: ExchangeText.answerHeaders)),
                        ("body", body(response.body)),
                    ])
                ))
        case .failure(let error): members.append(("error", .string(text.line(error.description))))
        }
        try? DurableFile.create(folder + "/" + name, with: JSONValue.compact(members).utf8(.pretty))
    }

    /// Nil for none; the number of bytes where it is too long or no text.
    private func body(_ bytes: [UInt8]) -> JSONValue? {
        guard !bytes.isEmpty else { return nil }
        guard bytes.count <= Self.bodyLimit, let text = text.body(bytes) else { return .integer(bytes.count) }
        return .string(text)
    }

    private static let readme = """
        # A recording of watcher \(AppContext.programVersion)

        Each file is one exchange with a server, in the order in which they ended: the request, the answer or the error,
        and how long it took. It was written by `--record` for a report of a fault.

        Taken out: the secrets of the configuration, all headers but those that watcher reads, tokens and passwords in
        bodies, accounts (`author`, `owner`, `uploader` and the like), e-mail addresses and IP addresses. What remains are
        names of repositories and images, tags, release notes, and the messages that were sent.

        Please read it before you attach it. A body that is a number is that of so many bytes which were left out.

        """
}
