/// A value that the state file holds of an upstream: written and read quickly by hand, and by `Codable` when a person has
/// edited the file.
protocol StateValue: Codable {
    /// - Throws: `Unknown` for what `StateWriter` does not write.
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> Self
    func write(_ writer: inout StateWriter)
}

/// An object of the state file. Its table is the only place of its keys: what writes and what reads go along it.
protocol StateObject: StateValue {
    init()
    /// Names each member once, in the order of the alphabet.
    mutating func members<Members: StateMembers>(_ members: inout Members) throws(Members.Failure)
}

/// What goes along the table of an object: it writes each member, or sets it.
protocol StateMembers {
    associatedtype Failure: Error
    /// A member that is left out when it is nil.
    mutating func optional<Value: StateValue>(_ name: String, _ value: inout Value?) throws(Failure)
    /// A member that each object has.
    mutating func needed<Value: StateValue>(_ name: String, _ value: inout Value) throws(Failure)
}

extension StateObject {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> Self {
        var object = Self()
        try reader.open()
        try object.members(&reader)
        guard try reader.close() else { throw JSONSkimmer.Unknown() }
        return object
    }

    func write(_ writer: inout StateWriter) {
        var object = self
        writer.object { object.members(&$0) }
    }
}

// MARK: - By Codable

struct StateKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

struct DecodedMembers: StateMembers {
    let container: KeyedDecodingContainer<StateKey>

    func optional<Value: StateValue>(_ name: String, _ value: inout Value?) throws {
        value = try container.decodeIfPresent(Value.self, forKey: StateKey(stringValue: name))
    }

    func needed<Value: StateValue>(_ name: String, _ value: inout Value) throws {
        value = try container.decode(Value.self, forKey: StateKey(stringValue: name))
    }
}

struct EncodedMembers: StateMembers {
    var container: KeyedEncodingContainer<StateKey>

    mutating func optional<Value: StateValue>(_ name: String, _ value: inout Value?) throws {
        try container.encodeIfPresent(value, forKey: StateKey(stringValue: name))
    }

    mutating func needed<Value: StateValue>(_ name: String, _ value: inout Value) throws {
        try container.encode(value, forKey: StateKey(stringValue: name))
    }
}
