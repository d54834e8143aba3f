/// A place in a text; both count from 1, columns in Unicode scalars as editors show them.
package struct JSONPosition: Sendable, Hashable, Comparable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: JSONPosition, right: JSONPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A JSON value with the place of each part, as `JSONReader` finds it.
package struct JSONNode: Sendable {
    package var position: JSONPosition
    package var content: Content

    package enum Content: Sendable {
        case null
        case bool(Bool)
        /// As written.
        case number(String)
        case string(String)
        case array([JSONNode])
        /// In order, with repetitions.
        case object([Member])
    }

    package struct Member: Sendable {
        package var name: String
        /// Where the name begins.
        package var position: JSONPosition
        package var value: JSONNode
        /// Where the same name stands first in this object; nil for the first.
        package var first: JSONPosition?
    }

    /// The value alone, repetitions included.
    package var value: JSONValue {
        switch content {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let text): .number(text)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(\.value))
        case .object(let members): .object(members.map { JSONValue.Member($0.name, $0.value.value) })
        }
    }
}

/// Why a text is not JSON, and where. Never quotes more of the text than one character: it may hold secrets.
package struct JSONSyntaxError: Error, Sendable, Equatable {
    package var position: JSONPosition
    /// Lower case, without the place.
    package var reason: String
}

extension JSONSyntaxError: CustomStringConvertible {
    package var description: String { "line \(position.line), column \(position.column): \(reason)" }
}
