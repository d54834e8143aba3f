import Glibc
import Testing

@testable import WatcherService

@Suite("The queue of log lines") struct LogQueueTests {
    private static func line(_ number: Int) -> [UInt8] { Array("line \(number)\n".utf8) }
    private static func report(_ count: Int) -> [UInt8] { Array("dropped \(count)\n".utf8) }

    /// A pipe of one page; `isFull`: nothing fits into it.
    private func pipe(isFull: Bool) -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        unsafe Glibc.pipe(&ends)
        if isFull {
            let flags = fcntl(ends[1], F_GETFL)
            _ = fcntl(ends[1], F_SETFL, flags | O_NONBLOCK)
            while unsafe write(ends[1], "x", 1) == 1 {}
            _ = fcntl(ends[1], F_SETFL, flags)
        }
        return (ends[0], ends[1])
    }

    private func readAll(_ file: Int32) -> [Substring] {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            text += chunk[..<count]
        }
        return String(decoding: text, as: UTF8.self).drop { $0 == "x" }.split(separator: "\n")
    }

    @Test("lines are written in their order, and the end waits for all") func order() throws {
        let ends = pipe(isFull: false)
        let queue = try LogQueue(file: ends.writer, report: Self.report)
        for number in 0..<1000 { queue.add(Self.line(number)) }
        queue.drain()
        close(ends.writer)
        #expect(readAll(ends.reader) == (0..<1000).map { "line \($0)" })
        close(ends.reader)
    }

    @Test("what a full pipe does not take is dropped beyond the limit, counted, and reported once it is read")
    func full()
        throws
    {
        let ends = pipe(isFull: true)
        let queue = try LogQueue(file: ends.writer, report: Self.report)
        let count = 3 * LogQueue.lineLimit
        for number in 0..<count { queue.add(Self.line(number)) }
        // A line of a megabyte does not fit either.
        queue.add([UInt8](repeating: 0x79, count: LogQueue.byteLimit))
        let began = ContinuousClock.now
        queue.drain()
        #expect(ContinuousClock.now - began < .milliseconds(3 * Int(LogQueue.drainLimit)))
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !text.contains(where: { $0 == UInt8(ascii: "d") }) || text.last != 0x0A {
            let got = unsafe chunk.withUnsafeMutableBytes { unsafe read(ends.reader, $0.baseAddress, $0.count) }
            guard got > 0 else { break }
            text += chunk[..<got]
        }
        let lines = String(decoding: text, as: UTF8.self).drop { $0 == "x" }.split(separator: "\n")
        let written = lines.dropLast()
        #expect((LogQueue.lineLimit...LogQueue.lineLimit + 1).contains(written.count))
        // The thread takes one out as soon as it begins, and leaves room for another.
        #expect(written.prefix(LogQueue.lineLimit).elementsEqual((0..<LogQueue.lineLimit).map { "line \($0)" }))
        #expect(lines.last == "dropped \(count + 1 - written.count)")
    }
}
