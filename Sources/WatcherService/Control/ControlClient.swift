import FoundationEssentials
import Glibc
package import WatcherCore

/// How a person's command reaches the daemon that holds the state.
package enum ControlClient {
    package enum Failure: Error, Sendable, Equatable {
        /// The socket is not there, or nobody listens on it.
        case nobodyListens(String)
        /// It belongs to another user.
        case denied(String)
        case system(DurableFile.Failure)
        /// The daemon ended, or said nothing that is an answer, before the limit of a wait.
        case unanswered
    }

    /// How long the daemon may take for anything, in milliseconds: longer than it takes at the most by its own limits.
    private static let limit: Int64 = 15_000

    /// Hands over a request and waits for its answer. What was not answered may have been done.
    package static func ask(
        _ request: ControlRequest, statePath: String
    ) throws(Failure) -> ControlRequest.Reply {
        guard let data = try? JSONEncoder().encode(request) else { throw .unanswered }
        let socket = try connect(ControlSocket.path(ofState: statePath))
        // One that is refused may be answered before all of it was read.
        socket.sendAll(Array(data))
        guard let bytes = socket.readAll(),
            let reply = try? JSONDecoder().decode(ControlRequest.Reply.self, from: Data(bytes))
        else { throw .unanswered }
        return reply
    }

    private static func connect(_ path: String) throws(Failure) -> UnixSocket {
        do throws(DurableFile.Failure) {
            let socket = try UnixSocket(path: path)
            socket.limitWaits(milliseconds: limit)
            try socket.connect(path)
            return socket
        } catch {
            switch error.code {
            case ENOENT, ECONNREFUSED: throw .nobodyListens(path)
            case EACCES, EPERM: throw .denied(path)
            default: throw .system(error)
            }
        }
    }
}
