#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A model of comparisons that can end in a tie, beside the half win for either side that the estimate takes.
///
/// With d = r_a - r_b, and s the logistic function:
///
/// - `davidson`: a wins, ties and loses as exp(d/2) : nu : exp(-d/2). Among decided comparisons a wins s(d), as without ties.
/// - `raoKupper`: a wins s(d - eta), loses s(-d - eta), and ties with what is left: a difference below eta = log theta is
///   not seen.
///
/// - SeeAlso: Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison experiments", JASA
///   1970; Rao and Kupper, "Ties in paired-comparison experiments", JASA 1967.
public enum TieModel: String, Sendable, Codable, CaseIterable {
  case davidson
  case raoKupper = "rao-kupper"

  /// The model's parameter as papers write it: nu, or theta.
  func parameter(_ t: Double) -> Double { exp(t) }

  /// The inner parameter t: log nu, or eta = log theta > 0.
  func isValid(_ t: Double) -> Bool { self == .davidson ? t.isFinite : t > 0 && t.isFinite }

  /// The t that gives this share of ties among equals.
  func start(ties share: Double) -> Double {
    switch self {
    // nu / (2 + nu) = share
    case .davidson: log(2 * share / (1 - share))
    // 1 - 2 s(-eta) = share
    case .raoKupper: log((1 + share) / (1 - share))
    }
  }

  /// -log of an outcome's probability with its derivatives in d and t. All three are convex in (d, t).
  struct Loss {
    var value = 0.0
    var d = 0.0
    var t = 0.0
    var dd = 0.0
    var dt = 0.0
    var tt = 0.0

    static func * (size: Double, loss: Loss) -> Loss {
      Loss(
        value: size * loss.value, d: size * loss.d, t: size * loss.t, dd: size * loss.dd, dt: size * loss.dt,
        tt: size * loss.tt)
    }

    static func + (a: Loss, b: Loss) -> Loss {
      Loss(
        value: a.value + b.value, d: a.d + b.d, t: a.t + b.t, dd: a.dd + b.dd, dt: a.dt + b.dt,
        tt: a.tt + b.tt)
    }
  }

  /// Of the three outcomes, seen from a.
  func losses(_ d: Double, _ t: Double) -> (win: Loss, tie: Loss, loss: Loss) {
    switch self {
    case .davidson:
      let largest = max(abs(d) / 2, t)
      let (a, b, c) = (exp(d / 2 - largest), exp(-d / 2 - largest), exp(t - largest))
      let sum = a + b + c
      let (win, tie, loss) = (a / sum, c / sum, b / sum)
      let gap = (win - loss) / 2
      // log Z; each outcome's loss is that less an affine function.
      let all = Loss(
        value: largest + log(sum), d: gap, t: tie, dd: (win + loss) / 4 - gap * gap, dt: -tie * gap,
        tt: tie * (1 - tie))
      func less(_ d: Double, _ t: Double, _ value: Double) -> Loss {
        var loss = all
        loss.value -= value
        loss.d -= d
        loss.t -= t
        return loss
      }
      return (less(0.5, 0, d / 2), less(0, 1, t), less(-0.5, 0, -d / 2))
    case .raoKupper:
      let (u, v) = (d - t, -d - t)
      let (missU, missV) = (logistic(-u), logistic(-v))
      let (bendU, bendV) = (missU * (1 - missU), missV * (1 - missV))
      // u falls as d does, and as t grows; v falls as either grows.
      let win = Loss(value: logLoss(u, outcome: 1), d: -missU, t: missU, dd: bendU, dt: -bendU, tt: bendU)
      let loss = Loss(value: logLoss(v, outcome: 1), d: missV, t: missV, dd: bendV, dt: bendV, tt: bendV)
      // P(tie) = (theta^2 - 1) s(u) s(v).
      let rest = -expm1(-2 * t)
      let odds = Loss(value: -(2 * t + log(rest)), t: -2 / rest, tt: 4 * exp(-2 * t) / (rest * rest))
      return (win, win + loss + odds, loss)
    }
  }

  /// The loss of an outcome between 0 and 1 from a's side: a tie is one half, anything else so much of a win and of a loss.
  func loss(_ d: Double, _ t: Double, outcome y: Double) -> Loss {
    let three = losses(d, t)
    return y == 0.5 ? three.tie : y * three.win + (1 - y) * three.loss
  }
}

/// How ties are read.
public enum TieChoice: String, Sendable, Codable, CaseIterable {
  /// As half a win for either.
  case half
  case davidson
  case raoKupper = "rao-kupper"
  /// By what predicts held-out votes best.
  case automatic = "auto"
}

/// What a model of ties can object to.
public enum TieModelError: KindedError, Equatable {
  case noTies
  case onlyTies
  case tooMany(alternatives: Int)
  case notConverged(model: TieModel, certificate: Double)

  public var kind: ErrorKind { .data }

  public var description: String {
    switch self {
    case .noTies: "there are no ties with weight; expected some, for a model of ties"
    case .onlyTies: "there are only ties; expected some comparisons that were decided, for a model of ties"
    case .tooMany(let found):
      "there are \(found) alternatives; expected at most \(TieModelFit.alternativeLimit), for a model of ties"
    case .notConverged(let model, let certificate):
      "the \(model.rawValue) model stopped with a certificate of \(certificate); expected at most \(TieModelFit.tolerance)"
    }
  }
}
