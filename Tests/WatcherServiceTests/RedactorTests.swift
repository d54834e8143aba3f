import Foundation
import Synchronization
import Testing
import WatcherCore

@testable import WatcherService

@Suite("Masking of secrets") struct RedactorTests {
    private static let secret = "sekret-npm-token"
    private static let redactor = Redactor([secret])

    /// What cannot be seen, and what a terminal takes for a command.
    static let invisible = [
        "\u{FE0F}", "\u{301}", "\u{20E3}", "\u{200D}", "\u{200B}", "\u{AD}", "\u{202E}", "\u{2066}", "\u{0}", "\u{8}",
        "\u{7F}", "\u{1B}[0m", "\u{1B}[38;5;1m", "\u{1B}]0;title\u{7}", "\u{1B}]8;;x\u{1B}\\", "\u{1B}(B", "\u{9B}1m",
        "\u{1B}c", "\u{FEFF}", "\u{E0001}", "\u{2060}", "\u{1F3FB}",
    ]

    @Test("masks a secret with anything invisible before, behind or inside it", arguments: invisible)
    func hidden(_ mark: String) {
        for place in 0...Self.secret.count {
            let index = Self.secret.index(Self.secret.startIndex, offsetBy: place)
            let text = "before \(Self.secret[..<index])\(mark)\(Self.secret[index...]) behind"
            let masked = Self.redactor.mask(text)
            for reading in [
                masked, masked.withoutEscapes, masked.cleanedLine(limit: 500),
                masked.withoutEscapes.cleanedLine(limit: 500),
            ] {
                #expect(
                    !Self.shows(reading), "\(mark.unicodeScalars.map(\.value)) at \(place): \(reading.debugDescription)"
                )
            }
            #expect(
                masked.utf8.starts(with: "before ".utf8)
                    && masked.utf8.reversed().starts(with: " behind".utf8.reversed()))
        }
    }

    @Test("masks what follows an escape sequence that never ends")
    func endless() {
        for start in ["\u{1B}]", "\u{1B}[", "\u{1B}P", "\u{1B}", "\u{9B}", "\u{1B}(", "\u{1B}]0;\u{1B}"] {
            let masked = Self.redactor.mask("x \(start)\(Self.secret)")
            #expect(!Self.shows(masked), "\(masked.debugDescription)")
            #expect(!Self.shows(masked.withoutEscapes))
        }
    }

    @Test("masks a secret whose blanks are written as other white space")
    func blanks() {
        let redactor = Redactor(["two words"])
        for blank in [" ", "  ", "\t", "\u{A0}", " \n ", "\u{200B} \u{200B}"] {
            #expect(redactor.mask("a two\(blank)words b") == "a *** b")
        }
    }

    @Test("leaves everything else byte for byte as it is")
    func rest() {
        for text in ["", "é e\u{301} 👩‍👧 \u{1B}[1mbold\u{1B}[0m", "sekret-npm-toke", "sekret npm token"] {
            #expect(Self.redactor.mask(text) == text)
            #expect(Array(Self.redactor.mask(text).utf8) == Array(text.utf8))
        }
        #expect(Self.redactor.mask("\(Self.secret)\(Self.secret)é\(Self.secret)") == "******é***")
    }

    @Test("a build's log shows no secret that an escape sequence splits", arguments: [1, 3, 1000])
    func buildLog(chunk: Int) {
        let lines = Mutex<[String]>([])
        let log = BuildLog(file: -1, redactor: Self.redactor) { line in lines.withLock { $0.append(line) } }
        let bytes = Array("#5 0.1 sekret-\u{1B}[0mnpm-token\n#5 0.2 \(Self.secret)\u{FE0F}\n".utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            log.take(Array(bytes[start..<min(start + chunk, bytes.count)]))
        }
        let tail = log.finish()
        for line in tail + lines.withLock({ $0 }) { #expect(!Self.shows(line), "\(line.debugDescription)") }
        #expect(tail.count == 2)
    }

    /// Whether a reader, or a program that removes what cannot be seen, finds the secret.
    private static func shows(_ text: String) -> Bool {
        text.contains(secret) || !VisibleText(text, escapes: .kept).places(of: Array(secret.utf8)).isEmpty
            || !VisibleText(text, escapes: .removed).places(of: Array(secret.utf8)).isEmpty
    }
}
