import Testing

@testable import WatcherCore

@Suite("The end of plain text") struct PlainTextTests {
    @Test("it is found at each place, wherever the text begins and ends, and what is not ASCII before it is noticed")
    func everywhere() {
        for length in 0...25 {
            for place in 0...length {
                for byte: UInt8 in [0x22, 0x5C, 0x00, 0x0A, 0x1F, 0x20, 0x21, 0x23, 0x7F, 0x80, 0xA2, 0xDC, 0xFF] {
                    var text = [UInt8](repeating: 0x61, count: length)
                    if place < length { text[place] = byte }
                    for start in 0...length {
                        let end = text[start...].firstIndex { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C } ?? length
                        let found = text.endOfPlain(from: start)
                        #expect(found.end == end)
                        #expect(found.isASCII == text[start..<end].allSatisfy { $0 < 0x80 })
                    }
                }
            }
        }
    }
}
