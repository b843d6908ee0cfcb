import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// A room with some proposals counted in: what its components would say, and who would have leaves.
///
/// The committed room has none, the effective one those that wait (B-2). Places in list updates are
/// those of the committed lists (E-22).
struct EffectiveRoom: Sendable {
    let policy: RoomPolicy
    let leaves: LeafCounts

    /// `joiner` is the user whom an external commit gives a leaf.
    init(
        _ room: MIMIRoom, counting entries: [CommitProposals.Entry], joiner: [UInt8]? = nil
    ) throws(Refusal) {
        policy = try room.committed.applying(entries.map(\.proposal), room.registry)
        leaves = Self.leaves(room, entries, joiner)
    }

    private static func leaves(
        _ room: MIMIRoom, _ entries: [CommitProposals.Entry], _ joiner: [UInt8]?
    ) -> LeafCounts {
        var counts = room.committedLeaves
        var gone = Set<UInt32>()
        for entry in entries {
            switch entry.proposal {
            case .remove, .selfRemove:
                guard let leaf = entry.target, gone.insert(leaf).inserted,
                    let user = room.user(ofLeaf: leaf)
                else { continue }
                counts.add(-1, of: user)
            case .add(let keyPackage):
                if let user = room.user(of: keyPackage.leafNode.credential) {
                    counts.add(1, of: user)
                }
            default:
                break
            }
        }
        if let joiner { counts.add(1, of: joiner) }
        return counts
    }
}

extension RoomPolicy {
    /// The policy after the AppDataUpdates among proposals, whose places are those of this one.
    package func applying(
        _ proposals: [Proposal], _ registry: ComponentRegistry
    ) throws(Refusal) -> RoomPolicy {
        var payloads: [ComponentID: [[UInt8]]] = [:]
        var removed = Set<ComponentID>()
        for case .appDataUpdate(let update) in proposals {
            switch update.operation {
            case .update(let payload): payloads[update.component, default: []].append(payload)
            case .remove: removed.insert(update.component)
            }
        }
        guard !payloads.isEmpty || !removed.isEmpty else { return self }
        var components = components
        for component in removed { components[component] = nil }
        for (component, payloads) in payloads.sorted(by: { $0.key < $1.key }) {
            guard
                let data = registry.updating(component, components[component], with: payloads)
            else {
                throw Refusal(
                    .appDataUpdate, "component \(component)",
                    expected: "an update that it accepts",
                    found: payloads.map(hex).joined(separator: " "))
            }
            components[component] = data
        }
        return try RoomPolicy(components, registry)
    }
}
