/// Names with a time each, the soonest first: a heap, in which a name that got another time leaves a stale entry behind
/// until that comes up.
struct TimerQueue: Sendable {
    private struct Entry: Sendable {
        var time: Int64
        var name: String

        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.name) < (right.time, right.name) }
    }

    private var heap: [Entry] = []
    private var times: [String: Int64] = [:]

    /// The soonest time of all.
    var soonest: Int64? {
        mutating get {
            dropStale()
            return heap.first?.time
        }
    }

    /// Gives a name a time in place of the one it had; nil takes it away.
    mutating func set(_ name: String, _ time: Int64?) {
        times[name] = time
        guard let time else { return }
        push(Entry(time: time, name: name))
        // Not more stale entries than others.
        guard heap.count > times.count * 2 + 64 else { return }
        heap = []
        for (name, time) in times { push(Entry(time: time, name: name)) }
    }

    /// Takes out the soonest, if its time has come.
    mutating func popFirst(until time: Int64) -> String? {
        dropStale()
        guard let first = heap.first, first.time <= time else { return nil }
        removeFirst()
        times[first.name] = nil
        return first.name
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var index = heap.count - 1
        while index > 0, heap[index] < heap[(index - 1) / 2] {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func dropStale() {
        while let first = heap.first, times[first.name] != first.time { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
