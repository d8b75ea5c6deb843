/** What the demo bank's API answers, `/api/v1/demo-payments/{paymentId}`. */

export type Conduct = "pays" | "declined" | "no_funds" | "second_step" | "answer_lost" | "slow" | "late" | "refund_fails";

export interface DemoCard {
  number: string;
  conduct: Conduct;
}

export interface DemoPayment {
  paymentId: string;
  stage: "card" | "second_step" | "waiting" | "paid" | "declined" | "cancelled";
  amount: { amountMinor: number; currency: string };
  description: string;
  cards: readonly DemoCard[];
  returnUrl?: string;
  decline?: "declined" | "no_funds" | "not_confirmed";
  cardEnd?: string;
}
