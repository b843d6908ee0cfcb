import Synchronization

/// Keeps libcrypto contexts for reuse: making one costs more than hashing a short input with it.
final class ContextPool: Sendable {
    /// A context that only one borrower holds at a time.
    struct Context: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let idle = Mutex<[Context]>([])
    private let make: @Sendable () -> OpaquePointer?

    init(_ make: @escaping @Sendable () -> OpaquePointer?) {
        self.make = make
    }

    /// Lends a context to `body`; what an earlier use left in it must not matter.
    func withContext<T>(
        _ body: (OpaquePointer) throws(CryptoError) -> T
    ) throws(CryptoError) -> T {
        let context =
            if let kept = idle.withLock({ $0.popLast() }) {
                kept
            } else {
                Context(pointer: try check(make(), "context allocation"))
            }
        defer { idle.withLock { $0.append(context) } }
        return try body(context.pointer)
    }
}

/// A fetched algorithm of libcrypto; immutable, shared by all threads, never freed.
struct Algorithm: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ name: StaticString, _ fetched: OpaquePointer?) {
        guard let fetched else {
            fatalError("libcrypto offers no \(name)")
        }
        pointer = fetched
    }
}
