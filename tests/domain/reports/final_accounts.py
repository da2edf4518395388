"""A trading company's year 2025-26 with adjustments, worked out as a textbook does.

Trial balance before adjustments at 31 March 2026, in rupees: sales 480,000; purchases 300,000;
opening stock 60,000; salaries paid 40,000; rent paid 24,000; interest paid 6,000; debtors
480,000 - 390,000 = 90,000; creditors 300,000 - 250,000 = 50,000; plant 200,000; 12 % loan 100,000;
capital 500,000; bank 340,000 + 390,000 - 250,000 - 40,000 - 24,000 - 6,000 = 410,000.

Adjustments: closing stock 80,000 (change 60,000 - 80,000 = -20,000); salaries outstanding 4,000;
rent prepaid 2,000; interest for six months accrued 100,000 x 12 % / 2 = 6,000; depreciation 10 % of
200,000 = 20,000; allowance of 5 % on debtors = 4,500; provision for tax 20,000.

Gross profit 480,000 - (300,000 - 20,000) = 200,000. Profit before tax 200,000 - salaries 44,000 -
rent 22,000 - allowance 4,500 - interest 12,000 - depreciation 20,000 = 97,500; after tax 77,500.
"""

OPENING = """
2025-04-01  Balances brought forward
  Dr  property_plant_equipment  200000.00 INR
  Dr  inventories                60000.00 INR
  Dr  bank                      340000.00 INR
  Cr  share_capital             500000.00 INR
  Cr  borrowings                100000.00 INR
"""
YEAR = """
2025-06-30  Sales on credit
  Dr  trade_receivables  480000.00 INR
  Cr  sales              480000.00 INR
2025-07-31  Received from customers
  Dr  bank               390000.00 INR
  Cr  trade_receivables  390000.00 INR
2025-08-31  Purchases on credit
  Dr  purchases       300000.00 INR
  Cr  vendor_payable  300000.00 INR
2025-09-15  Paid to suppliers
  Dr  vendor_payable  250000.00 INR
  Cr  bank            250000.00 INR
2025-09-30  Salaries
  Dr  salaries  40000.00 INR
  Cr  bank      40000.00 INR
2025-10-01  Rent
  Dr  office_rent  24000.00 INR
  Cr  bank         24000.00 INR
2025-10-01  Interest for six months
  Dr  interest_expense  6000.00 INR
  Cr  bank              6000.00 INR
"""
ADJUSTMENTS = """
2026-03-31  Closing stock 80,000, opening 60,000
  Dr  inventories             20000.00 INR
  Cr  changes_in_inventories  20000.00 INR
2026-03-31  Salaries outstanding
  Dr  salaries          4000.00 INR
  Cr  salaries_payable  4000.00 INR
2026-03-31  Rent prepaid
  Dr  prepaid_expenses  2000.00 INR
  Cr  office_rent       2000.00 INR
2026-03-31  Interest accrued
  Dr  interest_expense  6000.00 INR
  Cr  interest_payable  6000.00 INR
2026-03-31  Depreciation at 10 %
  Dr  depreciation              20000.00 INR
  Cr  accumulated_depreciation  20000.00 INR
2026-03-31  Allowance of 5 % on debtors
  Dr  bad_debts                     4500.00 INR
  Cr  allowance_for_doubtful_debts  4500.00 INR
2026-03-31  Provision for tax
  Dr  income_tax            20000.00 INR
  Cr  income_tax_provision  20000.00 INR
"""
# Income and expense moved to equity; profit 77,500.
CLOSING = """
2026-03-31  Closing of 2025-26
  Dr  sales                   480000.00 INR
  Dr  changes_in_inventories   20000.00 INR
  Cr  purchases               300000.00 INR
  Cr  salaries                 44000.00 INR
  Cr  office_rent              22000.00 INR
  Cr  interest_expense         12000.00 INR
  Cr  depreciation             20000.00 INR
  Cr  bad_debts                 4500.00 INR
  Cr  income_tax               20000.00 INR
  Cr  retained_earnings        77500.00 INR
"""
