/// Reads what `StateWriter` has written: its keys in its order, and no others.
extension JSONSkimmer: StateMembers {
    mutating func upstreams() throws(Unknown) -> [String: UpstreamState] {
        var found: [String: UpstreamState] = [:]
        var last: Range<Int>?
        try open()
        while let key = try nextKey() {
            // In order, and so each once.
            if let last, !bytes[last].lexicographicallyPrecedes(bytes[key]) { throw Unknown() }
            last = key
            found[String(decoding: bytes[key], as: UTF8.self)] = try UpstreamState.read(&self)
        }
        return found
    }

    mutating func optional<Value: StateValue>(_ name: String, _ value: inout Value?) throws(Unknown) {
        value = key(name) ? try Value.read(&self) : nil
    }

    mutating func needed<Value: StateValue>(_ name: String, _ value: inout Value) throws(Unknown) {
        guard key(name) else { throw Unknown() }
        value = try Value.read(&self)
    }
}
