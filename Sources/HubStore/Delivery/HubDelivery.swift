import EventLog
import LMDBStore
import PresentationLanguage

/// Something for a provider, from its queue.
public struct HubDelivery: Hashable, Sendable {
    /// What is delivered.
    public enum Kind: UInt8, Hashable, Sendable {
        case proposal = 1
        case commit = 2
        case welcome = 3
        case message = 4
    }

    /// The place in the provider's queue, from 0. Places are never used again.
    public let position: UInt64
    /// What is delivered.
    public let kind: Kind
    /// The URI of the room.
    public let room: String
    /// The FanoutMessage (MIMI protocol §5.5), encoded. The body of a notification is one of these
    /// after another.
    public let body: [UInt8]
    /// Users of the provider who must not get it: they may not receive messages now.
    public let withheldFrom: [String]

    init(_ item: QueuedItem) throws(HubError) {
        let row: DeliveryRow
        do {
            row = try DeliveryRow(parsing: item.body, limits: DeliveryRow.limits)
        } catch {
            throw .store("delivery \(item.position): \(error)")
        }
        position = item.position
        kind = row.kind
        room = String(decoding: row.room, as: UTF8.self)
        body = row.message
        withheldFrom = row.withheld.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Hub {
    /// What waits for a provider from a position on, the oldest first: at most `limit` items, or as
    /// many as fit one look at the store. What was accepted later in a room comes later here (E-3).
    ///
    /// The hub's own domain has a queue, too, for its own users.
    public func deliveries(
        to provider: String, from position: UInt64 = 0, limit: Int = 100
    ) throws(HubError) -> [HubDelivery] {
        var deliveries: [HubDelivery] = []
        do throws(StoreError) {
            for item in try rooms.log.items(
                for: Array(provider.utf8), from: position, limit: limit)
            {
                do throws(HubError) {
                    deliveries.append(try HubDelivery(item))
                } catch {
                    throw StoreError(
                        .damaged(
                            table: "delivery", number: item.position, what: error.description))
                }
            }
        } catch {
            throw HubError(error)
        }
        return deliveries
    }

    /// The provider has everything up to and with this position; it is not kept any longer.
    public func acknowledge(
        _ provider: String, through position: UInt64
    ) async throws(HubError) {
        do throws(StoreError) {
            while try await rooms.log.acknowledge(Array(provider.utf8), through: position) {}
        } catch {
            throw HubError(error)
        }
    }
}
