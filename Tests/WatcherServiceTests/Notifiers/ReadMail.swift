import Curl
import Foundation
import WatcherCore
import WatcherService

/// A mail as its reader shows it: what `MailText` writes, read back.
struct ReadMail {
    /// Unfolded, without the encoding of their values.
    let headers: [(name: String, value: String)]
    var text = ""
    /// What stands in the element `body`.
    var html = ""

    var subject: String { headers.first { $0.name == "Subject" }.map { Self.decodedWords($0.value) } ?? "" }

    init(_ bytes: [UInt8]) {
        let raw = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        let header = raw.components(separatedBy: "\n\n").first ?? ""
        headers = header.replacingOccurrences(of: "\n ", with: " ").split(separator: "\n").map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), (parts.last ?? "").trimmingCharacters(in: .whitespaces))
        }
        let type = headers.first { $0.name == "Content-Type" }?.value ?? ""
        let boundary = type.components(separatedBy: "boundary=\"").last?.dropLast() ?? ""
        for part in raw.components(separatedBy: "--\(boundary)").dropFirst() {
            guard let start = part.range(of: "\n\n") else { continue }
            let content = Self.decoded(part[start.upperBound...]).trimmingCharacters(in: .newlines)
            if part.contains("text/plain;") { text = content }
            if part.contains("text/html;") {
                html = content.components(separatedBy: "<body>").last?.components(separatedBy: "</body>").first ?? ""
                html = html.trimmingCharacters(in: .newlines)
            }
        }
    }

    var json: JSONValue { ["subject": .string(subject), "text": .string(text), "html": .string(html)] }

    /// Quoted-printable.
    private static func decoded(_ text: Substring) -> String {
        var result: [UInt8] = []
        var rest = Array(text.replacingOccurrences(of: "=\n", with: "").utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                result.append(byte)
                continue
            }
            result.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0x3F)
            rest = rest.dropFirst(2)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func decodedWords(_ value: String) -> String {
        guard value.hasPrefix("=?UTF-8?B?") else { return value }
        let bytes = value.components(separatedBy: " ").flatMap {
            Array(Data(base64Encoded: String($0.dropFirst(10).dropLast(2))) ?? Data())
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension NotifierClient.Request {
    struct OtherTransport: Error {}

    var http: HTTPRequest {
        get throws { if case .http(let http) = self { http } else { throw OtherTransport() } }
    }

    var mail: MailRequest {
        get throws { if case .mail(let mail) = self { mail } else { throw OtherTransport() } }
    }

    /// The body of a request, the whole of a mail.
    var bytes: [UInt8] {
        switch self {
        case .http(let http): http.body ?? []
        case .mail(let mail): mail.message ?? []
        }
    }

    /// All that `watcher notify --print` could show.
    var shown: String {
        let rest = String(decoding: bytes, as: UTF8.self)
        switch self {
        case .http(let http): return ([http.url] + http.headers.map(\.value) + [rest]).joined(separator: "\n")
        case .mail(let mail): return ([mail.url, mail.from] + mail.recipients + [rest]).joined(separator: "\n")
        }
    }
}
