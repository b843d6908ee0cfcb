/// A write whose caller waits for its result.
///
/// Touched by the writer thread only, after it was handed over.
final class PendingWrite<T: Sendable>: WriteJob, @unchecked Sendable {
    typealias Body = @Sendable (borrowing WriteTransaction) throws(StoreError) -> T

    private let body: Body
    private let caller: CheckedContinuation<Result<T, StoreError>, Never>
    private var value: T?

    init(_ body: @escaping Body, caller: CheckedContinuation<Result<T, StoreError>, Never>) {
        self.body = body
        self.caller = caller
    }

    func run(in transaction: borrowing WriteTransaction) throws(StoreError) {
        value = try body(transaction)
    }

    func finish(_ error: StoreError?) {
        if let error {
            caller.resume(returning: .failure(error))
        } else if let value {
            caller.resume(returning: .success(value))
        } else {
            preconditionFailure("finished without a run")
        }
    }
}
