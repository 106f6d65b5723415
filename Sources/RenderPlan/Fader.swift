public import DSP
import Processors
import Quantities
import SessionModel
import Tables

/// What lies between a node's inserts and the next node: level, width and pan of the strip, and of a send.
public struct Fader: Sendable, Equatable {
  /// How a position becomes gains.
  public enum Panner: Sendable, Equatable {
    /// A mono signal.
    case law(PanLaw)
    /// A stereo signal, one side turned down.
    case balance
    /// A stereo signal, both channels placed.
    case stereo
  }

  public struct Send: Sendable, Equatable {
    /// Amplitude.
    public var level: Double
    /// −1 … 1.
    public var pan: Double
    /// Whether it is taken before the fader, and how it is panned then.
    public var preFader: Panner?
  }

  /// Amplitude.
  public var level: Double
  /// −1 … 1.
  public var pan: Double
  /// 0 … 2.
  public var width: Double
  public var panner: Panner
  public var send: Send?

  /// The whole way as a matrix.
  public var matrix: MixMatrix { matrix(level: level) }

  /// The whole way with another level.
  public func matrix(level: Double) -> MixMatrix {
    if let send, let panner = send.preFader { return send.level * (level * placed(panner, send.pan)) }
    let fader = level * strip
    guard let send else { return fader }
    return send.level * (.balance(send.pan) * fader)
  }

  private var strip: MixMatrix {
    if case .law = panner { return placed(panner, pan) }
    return placed(panner, pan) * .width(width)
  }

  private func placed(_ panner: Panner, _ position: Double) -> MixMatrix {
    switch panner {
    case .law(let law): .pan(position, law: law)
    case .balance: .balance(position)
    case .stereo: .stereoPan(position)
    }
  }
}

extension RenderPlan.Motion {
  /// What all levels and mutes come to at `frame`, as an amplitude.
  public func level(at frame: Int) -> Double {
    var level = 1.0
    for lane in levels { level *= lane.amplitude(at: frame) }
    for lane in mutes { level *= 1 - lane.value(at: frame) }
    return level
  }

  /// The fader with its moving positions at `frame`; levels apart.
  public func fader(at frame: Int) -> Fader {
    var fader = fader
    if let pan { fader.pan = pan.value(at: frame) / 100 }
    if let width { fader.width = width.value(at: frame) / 100 }
    if let sendPan { fader.send?.pan = sendPan.value(at: frame) / 100 }
    return fader
  }

  /// How far all goes on as it does at `frame`: positions moving, levels moving, or still.
  public func stretch(from frame: Int, limit: Int) -> (end: Int, levelsMove: Bool, positionsMove: Bool) {
    var end = limit
    func moves(_ lane: AutomationLane) -> Bool {
      let stretch = lane.stretch(from: frame, limit: end)
      end = stretch.end
      return stretch.isMoving
    }
    var levelsMove = false, positionsMove = false
    for lane in levels + mutes where moves(lane) { levelsMove = true }
    for case .some(let lane) in [pan, width, sendPan] where moves(lane) { positionsMove = true }
    return (end, levelsMove, positionsMove)
  }
}
