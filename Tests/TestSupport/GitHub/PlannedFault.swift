/// A fault that waits for its request.
struct PlannedFault {
    let route: Route
    let fault: Fault
    let effect: Fault.Effect
    /// Matching requests that are spared first.
    var spared: Int
    /// Nil: for ever.
    var rest: Int?
}

extension [PlannedFault] {
    /// The first fault whose turn it is.
    mutating func takeFault(for request: RecordedRequest) -> PlannedFault? {
        for index in indices where self[index].route.matches(request) {
            if self[index].spared > 0 {
                self[index].spared -= 1
                continue
            }
            let fault = self[index]
            if let rest = fault.rest {
                self[index].rest = rest - 1
                if rest <= 1 { remove(at: index) }
            }
            return fault
        }
        return nil
    }
}
