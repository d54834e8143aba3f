// How the plain values of the state file are written and read.

extension Timestamp: StateValue {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> Timestamp { try reader.time() }
    func write(_ writer: inout StateWriter) { writer.quoted { append(to: &$0) } }
}

extension String: StateValue {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> String { try reader.string() }
    func write(_ writer: inout StateWriter) { writer.text(self) }
}

extension Int64: StateValue {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> Int64 { try reader.integer() }
    func write(_ writer: inout StateWriter) { writer.raw(String(self)) }
}

extension Bool: StateValue {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> Bool { try reader.flag() }
    func write(_ writer: inout StateWriter) { writer.raw(self ? "true" : "false") }
}

/// A number, or a string that is no number.
extension SourceID: StateValue {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> SourceID {
        guard reader.isString else { return SourceID(try reader.integer()) }
        return try JSONSkimmer.needed(SourceID(try reader.string()))
    }

    func write(_ writer: inout StateWriter) {
        if number != nil { writer.raw(text) } else { writer.text(text) }
    }
}

extension Array: StateValue where Element: StateValue {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> [Element] {
        try reader.list { reader throws(JSONSkimmer.Unknown) in try Element.read(&reader) }
    }

    func write(_ writer: inout StateWriter) {
        writer.list { for element in self { $0.item { element.write(&$0) } } }
    }
}

extension SeenReleases: StateValue {
    static func read(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> SeenReleases {
        var lists: [List] = []
        try reader.open()
        while let key = try reader.nextKey() {
            let reason = String(decoding: reader.bytes[key], as: UTF8.self)
            if let last = lists.last, last.reason >= reason { throw JSONSkimmer.Unknown() }
            lists.append(List(reason: reason, items: try reader.string()))
        }
        return SeenReleases(lists)
    }

    func write(_ writer: inout StateWriter) {
        writer.object { for list in lists { $0.member(list.reason) { $0.text(list.items) } } }
    }
}
