/// The identity of a release or a repository as its source gives it: compared and kept, never interpreted.
///
/// GitHub's are numbers. A source without numbers has the tag itself, with the object behind it where there is one; such
/// an id begins with its tag and `@`.
package struct SourceID: Sendable, Hashable {
    package let text: String

    /// Characters of an id, so that a state stays bounded.
    package static let lengthLimit = 400

    /// Nil for what could not stand in the state file: anything but printable ASCII without a blank and `#`.
    package init?(_ text: some StringProtocol) {
        guard (1...Self.lengthLimit).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { return nil }
        self.text = String(text)
    }

    package init(_ number: Int64) { text = String(number) }

    /// The release that a tag is, or the object that it stands for: a tag that is moved has another id.
    package init(tag: String, object: String = "") {
        let name = Tag.isSafe(tag) ? tag : "~" + StableHash(tag).name
        text = name + Self.mark + object.prefix(Self.objectLimit)
    }

    private static let mark = "@"
    /// Characters of an object's name: a whole digest of SHA-256 with its algorithm.
    private static let objectLimit = 80

    private init(unchecked text: String) { self.text = text }

    /// The number, where it is written like one.
    package var number: Int64? {
        guard let number = Int64(text), String(number) == text else { return nil }
        return number
    }

    /// A number where it is one, as states have always had it.
    var json: JSONValue { number.map { .integer($0) } ?? .string(text) }

    // MARK: - In a list of tags and ids

    /// `tag#id`, without the tag that the id begins with.
    func item(tag: String) -> String {
        let prefix = tag + Self.mark
        return tag + "#" + (!tag.isEmpty && text.hasPrefix(prefix) ? String(text.dropFirst(tag.count)) : text)
    }

    /// The id of an item; nil when there is none.
    init?(item id: ArraySlice<UInt8>, tag: String) {
        guard let first = id.first else { return nil }
        let text = String(decoding: id, as: UTF8.self)
        self.init(unchecked: first == UInt8(ascii: "@") ? tag + text : text)
    }
}

extension SourceID: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) { self.init(value) }
}

extension SourceID: CustomStringConvertible {
    package var description: String { text }
}

extension SourceID: Comparable {
    /// By length first, so that numbers stand in their order.
    package static func < (left: SourceID, right: SourceID) -> Bool {
        let (length, other) = (left.text.utf8.count, right.text.utf8.count)
        return length == other ? left.text < right.text : length < other
    }
}

extension SourceID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            self.init(number)
        } else if let id = SourceID(try container.decode(String.self)) {
            self = id
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no id")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let number { try container.encode(number) } else { try container.encode(text) }
    }
}
