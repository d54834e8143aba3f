import FoundationEssentials

/// The ledger as the bytes of the state file, in both directions.
///
/// Nearly all of a large state is its upstreams, and the compiler's own `Codable` takes a hundred times longer for them
/// than the bytes do (50 ms for 1 000 of them, both ways). So they are read and written by hand, in one fixed order of
/// keys; the rest, which is small and of many shapes, is left to `Codable`. What the quick reader does not know, such as
/// a file that somebody has edited, is read whole by `Codable`: slower, with the same result and with its words for what
/// is wrong.
package struct LedgerText {
    private let bytes: [UInt8]
    private let parts: Parts?

    private struct Parts {
        /// The text with no upstreams in it.
        var rest: Data
        var upstreams: [String: UpstreamState]
    }

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        parts = Self.split(bytes)
    }

    /// The format that the file says it has, whatever else is in it.
    package var version: Int {
        get throws {
            struct Stamp: Decodable { var version: Int }
            return try JSONDecoder().decode(Stamp.self, from: parts?.rest ?? Data(bytes)).version
        }
    }

    /// - Throws: what `JSONDecoder` throws.
    package var ledger: Ledger {
        get throws {
            guard let parts else { return try JSONDecoder().decode(Ledger.self, from: Data(bytes)) }
            var ledger = try JSONDecoder().decode(Ledger.self, from: parts.rest)
            ledger.upstreams = parts.upstreams
            return ledger
        }
    }

    /// For people and their diffs too: keys in order, two spaces a level, and one line for each upstream.
    ///
    /// - Throws: what `JSONEncoder` throws.
    package static func bytes(of ledger: Ledger) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var rest = ledger
        rest.upstreams = [:]
        let text = try encoder.encode(rest)
        var writer = StateWriter(capacity: text.count + ledger.upstreams.count * 1200)
        // A line break in a string is written as an escape, and deeper levels are indented deeper: there is one such line.
        let place = Array("\n  \"upstreams\" : {".utf8)
        guard let found = text.firstRange(of: place), let end = text[found.upperBound...].firstIndex(of: 0x7D) else {
            // Whole or not at all: never a state without its upstreams.
            throw EncodingError.invalidValue(
                ledger, .init(codingPath: [], debugDescription: "the encoder's text has no place for upstreams"))
        }
        writer.bytes.append(contentsOf: text[..<found.upperBound])
        for (index, name) in ledger.upstreams.keys.sorted().enumerated() {
            guard let watch = ledger.upstreams[name] else { continue }
            writer.raw(index == 0 ? "\n    " : ",\n    ")
            writer.text(name)
            writer.raw(" : ")
            watch.write(&writer)
        }
        if ledger.upstreams.isEmpty { writer.raw("\n") }
        writer.raw("\n  ")
        writer.bytes.append(contentsOf: text[end...])
        writer.raw("\n")
        return writer.bytes
    }

    /// Nil when the text is not as `bytes(of:)` writes it, white space apart.
    private static func split(_ bytes: [UInt8]) -> Parts? {
        var reader = JSONSkimmer(bytes)
        do throws(JSONSkimmer.Unknown) {
            try reader.open()
            while let key = try reader.nextKey(), !reader.isText("upstreams", at: key) { try reader.skipValue() }
            let start = reader.index
            let upstreams = try reader.upstreams()
            var rest = Data(capacity: bytes.count - (reader.index - start) + 2)
            rest.append(contentsOf: bytes[..<start])
            rest.append(contentsOf: [0x7B, 0x7D])
            rest.append(contentsOf: bytes[reader.index...])
            return Parts(rest: rest, upstreams: upstreams)
        } catch {
            return nil
        }
    }
}
