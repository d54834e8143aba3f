import CCurl

extension Transfer {
    /// What the caller gets, after libcurl is done with the transfer.
    func outcome(_ code: CURLcode) -> PendingRequest.Outcome {
        switch (code, stop) {
        case (_, .bodyLimit): .failure(.bodyTooLarge(limit: call.request.bodyLimit))
        case (_, .headerLimit): .failure(.headersTooLarge(limit: HeaderCollector.byteLimit))
        case (_, .encodings): .failure(.protocolError(host: call.target.host, reason: "encoded more than once"))
        case (CURLE_OK, nil): complete()
        case (_, nil): .failure(requestBegan ? errorAfterConnecting(code) : errorBeforeConnecting(code))
        }
    }

    /// The request's time is over.
    var timeoutError: HTTPError {
        requestBegan
            ? .timedOut(host: call.target.host, after: call.request.timeout)
            : errorBeforeConnecting(CURLE_OPERATION_TIMEDOUT)
    }

    /// What came kept libcurl busy without an end.
    var floodError: HTTPError { .protocolError(host: call.target.host, reason: "frames without end") }

    private func complete() -> PendingRequest.Outcome {
        // libcurl takes an end in the middle of the headers for the end of the answer.
        guard headers.isComplete else { return .failure(.connectionLost(host: call.target.host)) }
        return .success(
            HTTPResponse(status: headers.status, headers: headers.headers, body: body, version: headers.version))
    }

    /// No byte of the request has left, so none of these says that the server may have seen it.
    private func errorBeforeConnecting(_ code: CURLcode) -> HTTPError {
        let host = call.target.host
        let answerOfProxy = easy.number(CURLINFO_HTTP_CONNECTCODE)
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return .invalidRequest(reason: "libcurl does not take its URL or its proxy")
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            return .resources(reason: text(of: code))
        case CURLE_COULDNT_RESOLVE_PROXY:
            return .proxy(reason: "could not resolve its name")
        case CURLE_PROXY:
            return .proxy(reason: "it refused the connection to \(host)")
        case _ where answerOfProxy != 0 && answerOfProxy / 100 != 2:
            return .proxy(reason: "it answered \(answerOfProxy) to the connection to \(host)")
        case CURLE_COULDNT_RESOLVE_HOST where call.request.network.isSOCKS:
            // libcurl says this of such a proxy's name too, when its resolver has taken a while.
            return .couldNotConnect(host: host, reason: "could not resolve its name or that of the proxy")
        case CURLE_COULDNT_RESOLVE_HOST:
            return .couldNotResolve(host: host)
        case CURLE_OPERATION_TIMEDOUT where isResolving && peer == .server:
            return .couldNotResolve(host: host)
        case _ where code.isAboutTLS:
            return .tls(host: host, reason: tlsReason(code))
        default:
            let reason = reason(of: code)
            return switch peer {
            case .server: .couldNotConnect(host: host, reason: reason)
            case .proxy: .proxy(reason: reason)
            case .either: .couldNotConnect(host: host, reason: reason + ", there or at the proxy")
            }
        }
    }

    private enum Peer { case server, proxy, either }

    /// Whom libcurl was connecting to. The environment has a say in whether it takes the proxy, and libcurl itself tells
    /// only from 8.7 on (`CURLINFO_USED_PROXY`): the port tells, unless server and proxy have the same.
    private var peer: Peer {
        let network = call.request.network
        guard let triedPort else { return network.proxy == nil ? .server : .either }
        guard triedPort == call.target.port else { return .proxy }
        return triedPort == network.proxyPort ? .either : .server
    }

    private func errorAfterConnecting(_ code: CURLcode) -> HTTPError {
        let host = call.target.host
        switch code {
        case CURLE_OPERATION_TIMEDOUT where easy.errorText.hasPrefix("Operation too slow"):
            return .tooSlow(host: host)
        case CURLE_OPERATION_TIMEDOUT:
            return .timedOut(host: host, after: call.request.timeout)
        case _ where code.isAboutSize && !headers.isComplete:
            // A single header line above libcurl's own limit, 100 KiB as well.
            return .headersTooLarge(limit: HeaderCollector.byteLimit)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2,
            CURLE_WRITE_ERROR, CURLE_HTTP_RETURNED_ERROR:
            return .protocolError(host: host, reason: text(of: code))
        default:
            return .connectionLost(host: host)
        }
    }

    /// Why no connection came to be: the system's reason where there is one.
    private func reason(of code: CURLcode) -> String {
        if code == CURLE_OPERATION_TIMEDOUT { return "it took too long" }
        return code == CURLE_COULDNT_CONNECT ? easy.systemError ?? text(of: code) : text(of: code)
    }

    /// libcurl's own words name the certificate's fault, hosts and files, and nothing of the request.
    private func tlsReason(_ code: CURLcode) -> String {
        let words = easy.errorText.prefix { $0 != "\n" && $0 != "\r" }
        return words.isEmpty ? text(of: code) : String(words)
    }

    private func text(of code: CURLcode) -> String {
        unsafe String(cString: curl_easy_strerror(code)).lowercased()
    }
}

extension CURLcode {
    /// What libcurl ran out of for a line: until 8.5 it has no word of its own for that (100, CURLE_TOO_LARGE).
    fileprivate var isAboutSize: Bool { self == CURLE_OUT_OF_MEMORY || rawValue == 100 }

    var isAboutTLS: Bool {
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED,
        ].contains(self)
    }
}
