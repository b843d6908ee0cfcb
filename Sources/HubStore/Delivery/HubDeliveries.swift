/// What waits for a provider from a position on, and then what comes, in order. The sequence ends when
/// the hub is closed or the task is cancelled.
public struct HubDeliveries: AsyncSequence, Sendable {
    public typealias Element = HubDelivery
    public typealias Failure = HubError

    let hub: Hub
    let provider: String
    let start: UInt64

    public func makeAsyncIterator() -> Iterator {
        Iterator(hub: hub, provider: provider, position: start)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let hub: Hub
        private let provider: String
        /// The next item to read.
        private var position: UInt64
        /// Read already, in reverse.
        private var ready: [HubDelivery] = []

        fileprivate init(hub: Hub, provider: String, position: UInt64) {
            self.hub = hub
            self.provider = provider
            self.position = position
        }

        public mutating func next() async throws(HubError) -> HubDelivery? {
            try await next(isolation: nil)
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HubError) -> HubDelivery? {
            let growth = hub.context.deliveries
            while ready.isEmpty {
                // What comes after the look at the store must not be missed.
                let seen = growth.length
                do throws(HubError) {
                    ready = try hub.deliveries(to: provider, from: position).reversed()
                } catch {
                    if growth.isClosed { return nil }
                    throw error
                }
                if let last = ready.first {
                    position = last.position + 1
                } else {
                    guard await growth.waits(beyond: seen), !Task.isCancelled else { return nil }
                }
            }
            return ready.popLast()
        }
    }
}

extension Hub {
    /// What waits for a provider, and then what comes, from a position on: the way to send it on as it is
    /// accepted. What is acknowledged before it was read is not among it.
    public func deliveries(
        following provider: String, from position: UInt64 = 0
    ) -> HubDeliveries {
        HubDeliveries(hub: self, provider: provider, start: position)
    }
}
